import { z } from 'zod'

// The layout of settings.yaml: what is about this machine and its owner, and not about a stack.
// The descriptions go into the published JSON Schema, where editors show them.

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a time such as "22:00"' })

/** What follows the host may be a token, so no message repeats one. */
const url = z.string().regex(/^https?:\/\/[^\s/?#]+([/?][^\s#]*)?$/, {
  error: 'must be a URL that begins with http:// or https://',
})
const urlWithPath = z.string().regex(/^https?:\/\/[^\s/?#]+\/[^\s/?#]+(\?[^\s#]*)?$/, {
  error: 'must be the URL of a topic, such as https://ntfy.sh/my-topic',
})

const port = '([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])'
const loopback = z
  .string()
  .regex(new RegExp(`^(127(\\.\\d{1,3}){3}|localhost|\\[::1\\]):${port}$`), {
    error: 'must be a port on loopback, such as 127.0.0.1:9797',
  })

const quietHours = z
  .strictObject({
    from: timeOfDay.describe('When they begin, by the clock of this machine'),
    to: timeOfDay.describe('When they end; earlier than "from" means over midnight'),
    exceptCritical: z
      .boolean()
      .default(true)
      .describe('What is critical disturbs at any time; true unless given'),
  })
  .refine(({ from, to }) => from !== to, { error: 'begin and end at the same time', path: ['to'] })
  .describe('Nobody is disturbed then; what is still wrong afterwards is told when they end')

const notifications = z
  .strictObject({
    floor: z
      .enum(['info', 'warning', 'critical'])
      .default('info')
      .describe('Incidents that are less severe are not notified; unknown counts as warning'),
    quietHours: quietHours.optional(),
  })
  .describe('When to disturb somebody')

const forward = z
  .strictObject({
    webhook: z
      .strictObject({ url: url.describe('Where to send JSON with POST') })
      .optional()
      .describe('A server of your own'),
    ntfy: z
      .strictObject({ url: urlWithPath.describe('The topic, for example https://ntfy.sh/topic') })
      .optional()
      .describe('ntfy, on a phone or elsewhere'),
    alertmanager: z
      .strictObject({ url: url.describe('For example http://127.0.0.1:9093') })
      .optional()
      .describe('An Alertmanager, by its API v2'),
  })
  .describe('Whom else to tell of every incident')

const metrics = z
  .strictObject({
    listen: loopback.describe('Where Prometheus can scrape Sentinel; on loopback only'),
  })
  .describe('Metrics of Sentinel itself')

const heartbeat = z
  .strictObject({
    url: url.describe('Asked with GET for as long as Sentinel watches and judges'),
    everySeconds: z
      .int({ error: 'must be a whole number of seconds' })
      .min(10)
      .max(86_400)
      .default(60)
      .describe('How often; 60 unless given'),
  })
  .describe('Somebody else who notices when Sentinel is gone')

export const settingsFileSchema = z.strictObject({
  notifications: notifications.prefault({}),
  forward: forward.prefault({}),
  metrics: metrics.optional(),
  heartbeat: heartbeat.optional(),
})

export type SettingsFile = z.infer<typeof settingsFileSchema>
