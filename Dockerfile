# One image: both processes together, or each alone with "outreach web --host 0.0.0.0" and
# "outreach worker". GET /healthz tells whether the web app lives. Keep /data.
FROM python:3.11-slim AS build
WORKDIR /src
COPY constraints.txt pyproject.toml README.md LICENSE ./
RUN python -m venv /opt/outreach && /opt/outreach/bin/pip install --no-cache-dir --require-hashes -r constraints.txt
COPY outreach outreach
COPY templates templates
COPY schedules schedules
RUN /opt/outreach/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
# backup and restore of a Postgres database
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*
RUN useradd --system --create-home --home-dir /data outreach
COPY --from=build /opt/outreach /opt/outreach
ENV PATH=/opt/outreach/bin:$PATH OUTREACH_VAR_DIR=/data
USER outreach
WORKDIR /data
VOLUME /data
EXPOSE 8000
CMD ["outreach", "run", "--host", "0.0.0.0"]
