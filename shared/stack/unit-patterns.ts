/** Programs of a monitoring stack under the names that Debian, their makers and people give them. */
export const stackUnitPatterns: readonly string[] = [
  'prometheus*.service',
  '*exporter*.service',
  'grafana*.service',
  'loki*.service',
  'promtail*.service',
  'alloy*.service',
  '*alertmanager*.service',
  'pushgateway*.service',
  'cadvisor*.service',
  '*dcgm*.service',
  'nvidia*.service',
]
