const entry = (page: string, title: string, summary: string, what: string, check: string[]) => ({
  page,
  title,
  summary,
  markdown: `# ${title}

${summary}

## What happened

${what}

## What to check

${check.map((line) => `1. ${line}`).join('\n')}

## What you can do

| action | when |
|---|---|
| **Send again** | the platform was wrong and is right now; the same bytes go once more |
| **Rebuild and send** | the settings were corrected; the record is planned with those of today |
| **Skip** | it must not be sent; say why |

See also [What waits and why](../how/holds.md).
`,
});

export const handbook = [
  {
    page: 'index',
    title: 'Handbook',
    summary:
      'For the people who work with Tillbridge every day. You need **no technical knowledge** to use it.',
    markdown:
      '# Handbook\n\nFor the people who work with Tillbridge every day.\n\n## When something is wrong\n\n| page | when to open it |\n|---|---|\n| [Pausing and resuming](pause.md) | a platform must not get anything for a while |\n| [Lag high](cases/lag_high.md) | a platform is behind |\n',
  },
  {
    page: 'pause',
    title: 'Pausing and resuming',
    summary: 'Pausing a connection stops what the hub sends to a platform. Nothing is lost.',
    markdown:
      '# Pausing and resuming\n\nPausing a connection stops what the hub sends to a platform. Nothing is lost.\n\n## When to pause\n\n- The platform asks you to.\n- A setting is wrong and the platform gets wrong data. See [A refused delivery](cases/rejected_delivery.md).\n',
  },
  entry(
    'cases/rejected_delivery',
    'A platform refused a delivery',
    'The platform refused it for good: sending the same again will not help without a change.',
    'The platform answered with a reason that will not go away by itself, such as an address that is none.',
    [
      'The reason in the last attempt.',
      'Whether other records have the same reason.',
      'The customer in the till.',
    ],
  ),
  entry(
    'cases/lag_high',
    'A platform is behind the tills',
    'The oldest waiting delivery is older than agreed.',
    'More comes in than the platform takes, or it answers slowly.',
    ['Today: is it clearing or growing?', 'The status page of the platform.'],
  ),
  entry(
    'cases/profile_conflict',
    'Two customers claim one profile',
    'The e-mail address belongs to another customer number.',
    'Two accounts in the till have the same e-mail address.',
    ['Both customers in the till.', 'Which of them bought lately.'],
  ),
  entry(
    'cases/incomplete_order',
    'An order stays incomplete',
    'Closed, but not paid.',
    'The payment did not reach Sitoo.',
    ['The receipt at the till.'],
  ),
  entry('how/holds', 'What waits and why', 'The reasons for a hold.', 'A delivery waits on purpose.', [
    'Its reason.',
  ]),
];
