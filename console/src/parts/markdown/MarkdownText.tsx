import { Typography } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import classes from './Markdown.module.css';

// A link to another page of the handbook: "../cases/lag_high.md", "lag_high.md#what-to-check".
export function handbookTarget(href: string, from: string): string | null {
  if (/^[a-z]+:|^\/|^#/i.test(href)) return null;
  const path = href.split('#')[0]?.replace(/\.md$/, '') ?? '';
  if (path === '') return null;
  const folder = from.split('/').slice(0, -1);
  for (const step of path.split('/')) {
    if (step === '..') folder.pop();
    else if (step !== '.') folder.push(step);
  }
  return folder.join('/');
}

// Text of the handbook. HTML in it is not used.
export function MarkdownText({ text, page }: { text: string; page: string }) {
  return (
    <Typography className={classes.text}>
      <Markdown
        remarkPlugins={[remarkGfm]}
        components={{
          h1: ({ children }) => <h2>{children}</h2>,
          a: ({ href, children }) => {
            const target = handbookTarget(href ?? '', page);
            return target === null ? (
              <a href={href} target="_blank" rel="noreferrer noopener">
                {children}
              </a>
            ) : (
              <Link to="/handbook/$" params={{ _splat: target }}>
                {children}
              </Link>
            );
          },
        }}
      >
        {text}
      </Markdown>
    </Typography>
  );
}
