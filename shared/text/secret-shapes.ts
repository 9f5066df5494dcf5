import type { Mask } from './mask.ts'

/** Shapes that are a secret wherever they stand; the group is what is hidden. */
const shapes: readonly RegExp[] = [
  // What stands between :// and @, less the user's name.
  /:\/\/[^\s:@/"'<>?#]{0,200}:([^\s"'<>]{1,2000})@/dg,
  /https?:\/\/([^\s:@/"'<>?#]{6,500})@/dg,
  // Doors that need no other key than their address.
  /https?:\/\/hooks\.slack(?:-gov)?\.com\/([^\s"'<>]+)/dg,
  /https?:\/\/(?:[a-z]+\.)?discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/([^\s"'<>]+)/dg,
  /https?:\/\/[a-z0-9.-]+\.webhook\.office\.com\/([^\s"'<>]+)/dg,
  /https?:\/\/[a-z0-9.-]*\bntfy\.[a-z0-9.-]+(?::\d+)?\/([^\s"'<>]+)/dg,
  /https?:\/\/api\.telegram\.org\/bot([^\s"'<>/]+)/dg,
  /https?:\/\/(?:hc-ping\.com|hchk\.io)\/([^\s"'<>]+)/dg,
  /https?:\/\/[a-z0-9.-]+(?::\d+)?\/api\/push\/([^\s"'<>?]+)/dg,
  /https?:\/\/(?:events\.pagerduty\.com\/integration|chat\.googleapis\.com\/v1\/spaces|open\.feishu\.cn\/open-apis\/bot)\/([^\s"'<>]+)/dg,
  /[?&](?:[\w.-]*(?:token|key|secret|passw(?:or)?d|signature|sig|auth|code))=([^\s"'<>&]+)/dgi,
  // Keys that say what they are by how they begin.
  /\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})\b/dg,
  /\b(AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{20,})/dgi,
  /\b((?:gh[pousr]_|github_pat_|glpat-|gl[a-z]{2,5}-|glsa_|glc_|npm_|hf_|dckr_pat_|dop_v1_|shpat_|sk_live_|rk_live_|xox[a-z]-|xapp-|pypi-|tk_)[A-Za-z0-9_\-.]{10,})/dg,
  /\b(sk-[A-Za-z0-9_-]{20,})/dg,
  /\b(SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})/dg,
  /\b(AIza[A-Za-z0-9_-]{30,})/dg,
  /\b(eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)?)/dg,
  /\b(\d{8,10}:[A-Za-z0-9_-]{35})\b/dg,
  /(\$(?:2[abxy]|argon2id?|argon2i|[156y]|apr1)\$[^\s"'<>:,]{8,})/dg,
  /(\{(?:SSHA|SHA|PLAIN|CRYPT)\}[^\s"'<>:,]{4,})/dg,
  /\b(?:Bearer|Basic)\s+(?!auth|token)([A-Za-z0-9._~+/-]{8,}={0,2})/dgi,
  /\bauthorization["']?\s*[:=]?\s*["']?[A-Za-z]+\s+([^\s"'<>]{3,})/dgi,
  /(?:\s|^)(?:-u\s*|--user[= ])["']?[^\s:"'<>]+:([^\s"'<>]+)/dgm,
]

const keyBlock =
  /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)([\s\S]*?)(?=-----END |$(?![\s\S]))/g

/** The text with everything hidden that shows by its shape that it is a secret. */
export function maskShapes(text: string, mask: Mask): string {
  let masked = text.replace(keyBlock, (_all, begin: string, inside: string) => {
    // One line, as in JSON: its line breaks are written as \n.
    return begin + mask(inside)
  })
  for (const shape of shapes) masked = replaceGroup(masked, shape, mask)
  return masked
}

function replaceGroup(text: string, shape: RegExp, mask: Mask): string {
  let out = ''
  let from = 0
  for (const match of text.matchAll(shape)) {
    const [start, end] = match.indices?.[1] ?? [0, 0]
    if (start < from || end <= start) continue
    out += text.slice(from, start) + mask(text.slice(start, end))
    from = end
  }
  return from === 0 ? text : out + text.slice(from)
}
