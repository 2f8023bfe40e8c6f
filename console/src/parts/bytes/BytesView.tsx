import { Alert, Button, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type BytesOf, bytesQuery } from '@/api/records';
import { Failure, Lines } from '../frame/states';
import classes from './Bytes.module.css';
import { prettyJson } from './pretty';

export function Copy({ text, label = 'Copy' }: { text: string; label?: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
          onClick={copy}
        >
          {copied ? 'Copied' : label}
        </Button>
      )}
    </CopyButton>
  );
}

export function CodeBlock({ text, label }: { text: string; label: string }) {
  const shown = prettyJson(text);
  return (
    <div className={classes.block}>
      <div className={classes.head}>
        <span>{label}</span>
        <Copy text={text} label="Copy as sent" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: a section cannot be preformatted */}
      <pre className={classes.text} tabIndex={0} role="region" aria-label={label}>
        {shown}
      </pre>
    </div>
  );
}

// What arrived, what was read, what was sent; asked for only when it is opened.
export function BytesView({ of, id, label }: { of: BytesOf; id: string; label: string }) {
  const query = useQuery(bytesQuery(of, id));
  if (query.error) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Lines count={3} />;
  if (query.data.retired) {
    return <Alert color="gray">Past its retention: the content was removed, the journey stays.</Alert>;
  }
  const { parts, masked } = query.data;
  return (
    <div className={classes.all}>
      {masked && <Alert color="gray">Personal data is masked for your role.</Alert>}
      {parts.map((text, i) => (
        <CodeBlock
          key={i}
          text={text}
          label={parts.length === 1 ? label : `${label}, part ${i + 1} of ${parts.length}`}
        />
      ))}
    </div>
  );
}
