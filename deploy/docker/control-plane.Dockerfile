# Build from the repository's root: docker build -f deploy/docker/control-plane.Dockerfile -t wardgate-control-plane .
FROM node:24-bookworm-slim AS build
WORKDIR /opt/wardgate
COPY . .
RUN npx -y "$(node -p "require('./package.json').packageManager")" install --frozen-lockfile && npm run build

FROM node:24-bookworm-slim
ENV NODE_ENV=production
# Batches of audit entries live for as long as the database takes: more room before they are copied.
ENV NODE_OPTIONS=--max-semi-space-size=64
WORKDIR /opt/wardgate
COPY --from=build /opt/wardgate .
USER node
EXPOSE 15400 15401 15402
ENTRYPOINT ["node", "apps/control-plane/dist/main.js"]
