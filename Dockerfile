FROM python:3.11-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.lock .
RUN pip install -r requirements.lock
COPY . .
RUN useradd --uid 1000 --create-home coinsite && mkdir -p /data && chown coinsite /data
ENV COINSITE_VAR=/data
# Static files need no secret and no database; this key signs nothing.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" DATABASE_URL=postgres:///none \
    STATIC_ROOT=/app/static-collected python manage.py collectstatic --noinput --verbosity 0
ENV STATIC_ROOT=/app/static-collected
USER coinsite
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "coinsite.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "3", "--threads", "8", "--timeout", "120"]
