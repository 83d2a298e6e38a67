/** Version of the provider `drover`; Pulumi shows it and keeps it in the state. */
export const version = "0.1.0";
