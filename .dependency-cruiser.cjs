/** The import law of docs/architecture.md, as rules. */
const pure = '^packages/(policy|masking|approvals|sql|shell|http|wire|errors)/src'
const io =
  '^(node:)?(fs|fs/promises|net|tls|dgram|http|http2|https|child_process|cluster|worker_threads|dns)$'
const notTests = '(\\.spec\\.ts$|/testing/)'

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'apps-never-import-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'packages-never-import-apps',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'protocols-import-only-gateway-wire-sql-errors',
      severity: 'error',
      from: { path: '^packages/protocol-[^/]+/src', pathNot: notTests },
      to: {
        path: '^packages/',
        pathNot: '^packages/(protocol-[^/]+|gateway|wire|http2|sql|errors)/',
      },
    },
    {
      name: 'protocols-never-import-each-other',
      severity: 'error',
      from: { path: '^packages/protocol-([^/]+)/' },
      to: { path: '^packages/protocol-', pathNot: '^packages/protocol-$1/' },
    },
    {
      name: 'only-the-list-imports-protocols',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^packages/(protocols|protocol-[^/]+)/' },
      to: { path: '^packages/protocol-' },
    },
    {
      name: 'pure-packages-do-no-io',
      severity: 'error',
      from: { path: pure, pathNot: notTests },
      to: { path: io },
    },
    {
      name: 'the-verifier-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^packages/audit-log/src/verify/', pathNot: notTests },
      to: { path: '^(packages|apps)/', pathNot: '^packages/audit-log/src/verify/' },
    },
    {
      name: 'the-agent-has-no-database-and-no-nest',
      severity: 'error',
      from: { path: '^apps/agent/src' },
      to: { path: 'node_modules/(@nestjs|@prisma|bullmq)' },
    },
    {
      name: 'only-repositories-touch-prisma',
      severity: 'error',
      from: {
        path: '^apps/control-plane/src',
        pathNot: '(\\.repository\\.ts$|/generated/|/common/database/|\\.spec\\.ts$)',
      },
      to: { path: 'apps/control-plane/src/generated/prisma', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(/dist/|/generated/(?!prisma))' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'require', 'node', 'default'],
      mainFields: ['types', 'main'],
    },
  },
}
