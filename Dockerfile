# One image for the web app and the worker: docker run ... outreach web | outreach worker
FROM python:3.11-slim AS build
WORKDIR /src
COPY constraints.txt pyproject.toml README.md LICENSE ./
RUN python -m venv /opt/outreach && /opt/outreach/bin/pip install --no-cache-dir --require-hashes -r constraints.txt
COPY outreach outreach
COPY templates templates
COPY schedules schedules
RUN /opt/outreach/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --system --create-home --home-dir /data outreach
COPY --from=build /opt/outreach /opt/outreach
ENV PATH=/opt/outreach/bin:$PATH OUTREACH_VAR_DIR=/data
USER outreach
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"
CMD ["outreach", "run", "--host", "0.0.0.0"]
