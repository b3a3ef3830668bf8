const transform = {
  '^.+\\.(t|j|mj)sx?$': [
    '@swc/jest',
    {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        target: 'es2022',
        keepClassNames: true,
      },
      module: { type: 'commonjs' },
    },
  ],
}

// Dependencies that jest has to turn into CommonJS, because they are ESM or import in mid-flight; `[@/+]` because pnpm joins scopes with +.
const transformIgnorePatterns = [
  '/node_modules/(?!(?:\\.pnpm/)?(?:jose|openid-client|oauth4webapi|uuid|@nestjs|@fastify|@opentelemetry|@marcbachmann|@peculiar|asn1js|pvtsutils|pvutils|cookie|content-disposition|file-type|strtok3|token-types|uint8array-extras|zstddec|@borewit|@tokenizer|load-esm)[@/+])',
]

const shared = {
  rootDir: __dirname,
  testEnvironment: 'node',
  // Many specs share two cores: jest's five seconds would judge the machine. What must be fast says so itself.
  testTimeout: 20_000,
  transform,
  transformIgnorePatterns,
  modulePathIgnorePatterns: ['/dist/', '/.wardgate/'],
  moduleNameMapper: {
    '^@wardgate/([^/]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^@wardgate/([^/]+)/([^/]+)$': '<rootDir>/packages/$1/src/$2/index.ts',
  },
}

/** `unit` needs nothing but node; `e2e` starts real processes and real peers. */
module.exports = {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/packages/**/src/**/*.spec.ts',
        '<rootDir>/apps/*/src/**/*.spec.ts',
        '<rootDir>/test/contract/**/*.spec.ts',
        '<rootDir>/test/adversarial/{lineage,masks}/*.spec.ts',
        '<rootDir>/test/detectors/*.spec.ts',
      ],
    },
    {
      ...shared,
      displayName: 'e2e',
      globalSetup: '<rootDir>/test/support/start-shared-instance.ts',
      globalTeardown: '<rootDir>/test/support/stop-shared-instance.ts',
      testMatch: [
        '<rootDir>/test/{e2e,chaos}/**/*.spec.ts',
        '<rootDir>/test/adversarial/*.spec.ts',
      ],
    },
  ],
}
