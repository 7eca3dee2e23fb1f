# An image of the tool alone, built from a clone: docker build --tag ha-updater .
# In a pipeline: docker run --rm --env-file aws.env ha-updater status web
# Ctrl-C and docker stop reach the tool as signals; give it time to roll back: docker stop --time 7200.
FROM node:22-slim AS build
WORKDIR /build
COPY . .
RUN npm ci
RUN npm pack --pack-destination /tmp

FROM node:22-slim
COPY --from=build /tmp/ha-updater-*.tgz /tmp/
RUN npm install --global /tmp/ha-updater-*.tgz && rm /tmp/ha-updater-*.tgz
USER node
WORKDIR /work
ENTRYPOINT ["ha-updater"]
