import { IconAntennaBars5, IconPlayerPauseFilled, IconPlugConnectedX } from '@tabler/icons-react';
import { useLive } from '@/parts/live/useLive';
import classes from './Shell.module.css';

// Live, paused, or trying to get the line back.
export function LiveSwitch() {
  const { paused, link, pause, resume } = useLive();
  const state = paused ? 'paused' : link;
  const Icon = paused ? IconPlayerPauseFilled : link === 'on' ? IconAntennaBars5 : IconPlugConnectedX;
  const word = paused ? 'Paused' : link === 'on' ? 'Live' : 'Connecting';
  return (
    <button
      type="button"
      className={classes.live}
      data-state={state}
      aria-pressed={paused}
      aria-label={`${word}. ${paused ? 'Resume' : 'Pause'} refreshing`}
      title={
        paused
          ? 'Nothing is refreshed. Click to go on.'
          : 'What is shown follows the hub. Click to pause every refresh.'
      }
      onClick={paused ? resume : pause}
    >
      <Icon size={16} stroke={2} aria-hidden />
      <span className={classes.liveWord}>{word}</span>
    </button>
  );
}
