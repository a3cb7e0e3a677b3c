# The programs of CAPS: `docker build -t caps . && docker run --rm caps hub --help`
FROM node:22-slim AS build
WORKDIR /caps
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN node bin/build.js

FROM node:22-slim
WORKDIR /caps
ENV NODE_ENV=production
COPY package.json package-lock.json LICENSE ./
# Nothing that we need has an install script: LevelDB comes built.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY --from=build /caps/bin/caps.js /caps/bin/build.js bin/
COPY --from=build /caps/dist dist/
RUN mkdir /data && chown node:node /data
USER node
ENV CAPS_DATA_DIR=/data
ENTRYPOINT ["node", "bin/caps.js"]
