# Escala's own image: one for the migrations, the worker and the API; the command says which.

FROM node:24.11.1-bookworm-slim AS browser
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY portal/frame/cut_font.mjs portal/frame/cut_font.mjs
RUN node portal/frame/cut_font.mjs inter.woff2

FROM python:3.13.7-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
WORKDIR /build
COPY requirements.lock ./
RUN /venv/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml ./
COPY worker.py settings.py ./
COPY activities ./activities
COPY api ./api
COPY cli ./cli
COPY demo ./demo
COPY desk ./desk
COPY policy ./policy
COPY portal ./portal
COPY storage ./storage
COPY wording ./wording
COPY workflows ./workflows
COPY --from=browser /build/node_modules/htmx.org/dist/htmx.min.js \
  /build/inter.woff2 \
  /build/node_modules/bpmn-js/dist/assets/diagram-js.css \
  /build/node_modules/bpmn-js/dist/assets/bpmn-js.css \
  portal/frame/static/vendor/
COPY --from=browser /build/node_modules/bpmn-js/dist/bpmn-navigated-viewer.production.min.js \
  portal/frame/static/vendor/bpmn-viewer.min.js
RUN /venv/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13.7-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin escala \
    && install --directory --owner escala --group escala --mode 0700 /var/lib/escala/files
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ESCALA_PROFILE=production ESCALA_API_HOST=0.0.0.0
USER escala
WORKDIR /tmp
EXPOSE 8000
ENTRYPOINT ["escala"]
CMD ["api"]
