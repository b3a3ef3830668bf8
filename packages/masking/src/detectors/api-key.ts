import { isAlphanumericCode, isDigitCode, type Detector } from './detector'

interface KeyForm {
  readonly prefix: string
  /** How many letters, digits, `_` and `-` follow the prefix at least. */
  readonly rest: number
}

/** Keys that name their issuer. The prefixes are the issuers' own, documented for secret scanning. */
const forms: readonly KeyForm[] = [
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((prefix) => ({ prefix, rest: 16 })), // AWS access key ids
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) => ({ prefix, rest: 36 })), // GitHub
  { prefix: 'github_pat_', rest: 40 },
  { prefix: 'glpat-', rest: 20 }, // GitLab
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-', 'xapp-'].map((prefix) => ({
    prefix,
    rest: 10,
  })), // Slack
  { prefix: 'AIza', rest: 35 }, // Google
  { prefix: 'GOCSPX-', rest: 28 },
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'].map((prefix) => ({
    prefix,
    rest: 16,
  })), // Stripe
  { prefix: 'sk-', rest: 20 }, // OpenAI, Anthropic (sk-ant-…) and others of this form
  { prefix: 'hf_', rest: 30 }, // Hugging Face
  { prefix: 'npm_', rest: 36 },
  { prefix: 'pypi-', rest: 40 },
  { prefix: 'dop_v1_', rest: 64 }, // DigitalOcean
  { prefix: 'SG.', rest: 22 }, // SendGrid
  { prefix: 'shpat_', rest: 32 }, // Shopify
  { prefix: 'hvs.', rest: 24 }, // HashiCorp Vault
]

const shortestWord = 15

/** API keys and access tokens that carry their issuer's prefix. */
export const apiKey: Detector = {
  name: 'api_key',
  possible: ({ longestWord }) => longestWord >= shortestWord,
  find(text, found) {
    for (const form of forms) {
      for (let at = text.indexOf(form.prefix); at !== -1;) {
        const rest = at + form.prefix.length
        const end = endOfKey(text, rest)
        if (end - rest >= form.rest && !isJoined(text, at) && looksRandom(text, rest, end)) {
          found(at, end)
        }
        at = text.indexOf(form.prefix, end)
      }
    }
  },
}

function isJoined(text: string, at: number): boolean {
  const code = text.charCodeAt(at - 1)
  return isAlphanumericCode(code) || code === 0x5f
}

/** Words with dashes are no keys: a key has a digit or a change of case in every stretch of its length. */
function looksRandom(text: string, start: number, end: number): boolean {
  let [digits, uppers] = [0, 0]
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if (isDigitCode(code)) digits++
    else if (code >= 0x41 && code <= 0x5a) uppers++
  }
  return digits + uppers >= 2
}

function endOfKey(text: string, start: number): number {
  let end = start
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    const inside = isAlphanumericCode(code) || code === 0x5f || code === 0x2d
    const dotted = code === 0x2e && isAlphanumericCode(text.charCodeAt(end + 1))
    if (!inside && !dotted) break
  }
  return end
}
