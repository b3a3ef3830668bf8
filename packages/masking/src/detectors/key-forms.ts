export interface KeyForm {
  readonly prefix: string
  /** How many letters, digits, `_` and `-` follow the prefix at least. */
  readonly rest: number
  /** Hexadecimal or small letters: one digit is enough to tell it from a word. */
  readonly mayBeLower?: true
}

function several(prefixes: string, rest: number, more: Partial<KeyForm> = {}): KeyForm[] {
  return prefixes.split(' ').map((prefix) => ({ prefix, rest, ...more }))
}

/** Keys that name their issuer. The prefixes are the issuers' own, documented for secret scanning. */
export const keyForms: readonly KeyForm[] = [
  ...several('AKIA ASIA ABIA ACCA AROA AIDA', 16), // AWS access key and unique ids
  ...several('ghp_ gho_ ghu_ ghs_ ghr_', 36), // GitHub
  { prefix: 'github_pat_', rest: 40 },
  ...several('glpat- gldt- glrt- glcbt- glptt- glft- glsoat-', 20), // GitLab
  ...several('xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xoxe.xoxp- xapp-', 10), // Slack
  { prefix: 'AIza', rest: 35 }, // Google
  { prefix: 'GOCSPX-', rest: 28 },
  { prefix: 'ya29.', rest: 20 },
  ...several('sk_live_ sk_test_ rk_live_ rk_test_ whsec_', 16), // Stripe
  { prefix: 'sk-', rest: 20 }, // OpenAI, Anthropic (sk-ant-…), OpenRouter and others of this form
  { prefix: 'xai-', rest: 40 }, // xAI
  { prefix: 'gsk_', rest: 40 }, // Groq
  { prefix: 'pplx-', rest: 40 }, // Perplexity
  { prefix: 'r8_', rest: 30 }, // Replicate
  { prefix: 'hf_', rest: 30 }, // Hugging Face
  { prefix: 'npm_', rest: 36 },
  { prefix: 'pypi-', rest: 40 },
  { prefix: 'rubygems_', rest: 40, mayBeLower: true },
  { prefix: 'dckr_pat_', rest: 20 }, // Docker
  { prefix: 'dop_v1_', rest: 64, mayBeLower: true }, // DigitalOcean
  { prefix: 'SG.', rest: 22 }, // SendGrid
  { prefix: 'key-', rest: 32, mayBeLower: true }, // Mailgun
  ...several('shpat_ shpca_ shppa_ shpss_', 32, { mayBeLower: true }), // Shopify
  ...several('hvs. hvb. hvr.', 24), // HashiCorp Vault
  { prefix: 'dapi', rest: 32, mayBeLower: true }, // Databricks
  ...several('EAAAE EAAAl sq0atp- sq0csp-', 22), // Square
  { prefix: 'SK', rest: 32, mayBeLower: true }, // Twilio
  ...several('glsa_ glc_', 32), // Grafana
  { prefix: 'NRAK-', rest: 27 }, // New Relic
  ...several('sntrys_ sntryu_', 32), // Sentry
  { prefix: 'lin_api_', rest: 32 }, // Linear
  { prefix: 'ntn_', rest: 40 }, // Notion
  { prefix: 'figd_', rest: 30 }, // Figma
  { prefix: 'PMAK-', rest: 40 }, // Postman
  { prefix: 'ATATT3', rest: 40 }, // Atlassian
  { prefix: 'HRKU-', rest: 30 }, // Heroku
  ...several('pscale_tkn_ pscale_pw_', 32), // PlanetScale
  ...several('sbp_ sb_secret_', 20), // Supabase
  { prefix: 'dp.pt.', rest: 40 }, // Doppler
  { prefix: 'pul-', rest: 40, mayBeLower: true }, // Pulumi
  { prefix: 'AGE-SECRET-KEY-1', rest: 58 },
  { prefix: 'LTAI', rest: 16 }, // Alibaba Cloud
  { prefix: 'AKID', rest: 16 }, // Tencent Cloud
  { prefix: 'tskey-', rest: 20 }, // Tailscale
]
