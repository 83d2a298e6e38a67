/** The Marathon whose API this is. */
export const marathonVersion = "1.10.0";
