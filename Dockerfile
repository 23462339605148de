# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
RUN python3 -m venv /opt/seedream-bot
COPY requirements.lock ./
RUN /opt/seedream-bot/bin/python -m pip install --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY cogs cogs
COPY sandbox sandbox
# pip is of no use to a bot that runs, and the less there is, the less there is to keep up to date.
RUN /opt/seedream-bot/bin/python -m pip install --no-deps . \
 && /opt/seedream-bot/bin/python -m pip uninstall -q -y pip

FROM python:3.13-slim
ENV PATH=/opt/seedream-bot/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --home-dir /data --no-create-home seedream \
 && mkdir /data && chown seedream /data
COPY --from=build /opt/seedream-bot /opt/seedream-bot
USER seedream
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["seedream-bot", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT []
CMD ["seedream-bot", "run"]
