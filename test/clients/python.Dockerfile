# A client of PyPI, unchanged, in the versions of requirements.txt, and a program that drives it.
FROM debian:bookworm-slim
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends python3-pip >/dev/null \
 && rm -rf /var/lib/apt/lists/*
COPY ca.crt /etc/ssl/certs/ca-certificates.crt
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt
COPY requirements.txt /
RUN pip install --break-system-packages --no-cache-dir --quiet --requirement /requirements.txt
COPY main.py /
ENTRYPOINT ["python3", "/main.py"]
