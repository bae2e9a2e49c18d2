# Kefuflow in a container: `docker build -t kefuflow .`, then `web`, `worker` or `run` as the command.
# The first stage builds the pages' scripts and the package; the second holds only what runs.
FROM python:3.13-slim-bookworm AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /source
# The build fetches the node that it needs from PyPI, so that no second toolchain is installed here.
COPY pyproject.toml constraints.txt hatch_build.py README.md LICENSE .bpmnlintrc ./
COPY engine engine
COPY web web
COPY processes processes
RUN python -m venv /kefuflow \
 && /kefuflow/bin/python -m pip install --no-cache-dir -c constraints.txt '.[traces]'

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home kefuflow
COPY --from=build /kefuflow /kefuflow
ENV PATH=/kefuflow/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    KEFUFLOW_HOME=/data \
    KEFUFLOW_BIND=0.0.0.0:8000 \
    KEFUFLOW_LOG_FORMAT=json
USER kefuflow
VOLUME /data
EXPOSE 8000 9100
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('HEALTH_PORT', '8000') + '/healthz', timeout=4)"]
ENTRYPOINT ["kefuflow"]
CMD ["run"]
