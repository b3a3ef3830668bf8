# Build from the repository's root: docker build -f deploy/docker/agent.Dockerfile -t wardgate-agent .
FROM node:24-bookworm-slim AS build
WORKDIR /opt/wardgate
COPY . .
RUN npx -y "$(node -p "require('./package.json').packageManager")" install --frozen-lockfile && npm run build
# Ciphers of SSH in native code. The image has node's headers; a build that fails must not pass for a slow one.
RUN apt-get update && apt-get install -y --no-install-recommends python3 make g++ && node scripts/native-ssh.mjs

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /opt/wardgate
COPY --from=build /opt/wardgate .
# The identity and the audit spool: a volume that outlives the container.
RUN install -d -o node -g node -m 0700 /var/lib/wardgate-agent
VOLUME /var/lib/wardgate-agent
USER node
EXPOSE 15432
# The flag spares bulk transfers most full collections; NODE_OPTIONS does not take it.
ENTRYPOINT ["node", "--initial-old-space-size=128", "apps/agent/dist/main.js"]
