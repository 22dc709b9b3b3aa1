# Escala's own image: one for the migrations, the worker and the API; the command says which.

FROM python:3.13.7-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
WORKDIR /build
COPY requirements.lock ./
RUN /venv/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml ./
COPY escala ./escala
RUN /venv/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13.7-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin escala
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ESCALA_PROFILE=production ESCALA_API_HOST=0.0.0.0
USER escala
WORKDIR /tmp
EXPOSE 8000
ENTRYPOINT ["escala"]
CMD ["api"]
