import { Button } from '@mantine/core';
import { forgetRecent, useRecentSearches } from '@/parts/filters/recent';
import classes from './Search.module.css';

export function RecentSearches({ onPick }: { onPick: (text: string) => void }) {
  const recent = useRecentSearches();
  if (recent.length === 0) return null;
  return (
    <div className={classes.chips}>
      <span className="dim">Searched lately</span>
      {recent.slice(0, 6).map((text) => (
        <Button key={text} size="compact-sm" variant="default" onClick={() => onPick(text)}>
          {text}
        </Button>
      ))}
      <Button size="compact-sm" variant="subtle" color="gray" onClick={forgetRecent}>
        Forget
      </Button>
    </div>
  );
}
