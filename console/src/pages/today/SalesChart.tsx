import { CompositeChart } from '@mantine/charts';
import { ColorSwatch } from '@mantine/core';
import type { Hour } from '@/api/today';
import { useZone } from '@/parts/session/useSession';
import { platformTitle } from '@/parts/state/words';
import { hourText } from '@/parts/time/format';
import { platformsOf } from './hours';
import classes from './Today.module.css';

const colours = ['teal.6', 'orange.6', 'grape.5', 'cyan.6'];
const dashes = ['0', '6 4', '2 3', '8 3 2 3'];

// Sales as bars, what each platform has as lines; the table beside it says the same in numbers.
export default function SalesChart({ hours }: { hours: readonly Hour[] }) {
  const zone = useZone();
  const platforms = platformsOf(hours);
  const data = hours.map((hour) => ({
    hour: hourText(new Date(hour.hour), zone),
    sales: hour.records['sale'] ?? 0,
    ...Object.fromEntries(platforms.map((name) => [name, hour.delivered[name] ?? 0])),
  }));
  const sales = data.reduce((sum, hour) => sum + hour.sales, 0);
  return (
    <div
      role="img"
      aria-label={`Sales per hour, ${sales} in 24 hours, and what was delivered. The table has the numbers.`}
    >
      <ul className={classes.legend} aria-hidden>
        <li>
          <ColorSwatch size={10} color="var(--mantine-color-sea-3)" withShadow={false} /> Sales
        </li>
        {platforms.map((name, i) => (
          <li key={name}>
            <svg width="22" height="4" aria-hidden="true" focusable="false">
              <line
                x2="22"
                y1="2"
                y2="2"
                strokeWidth="2.5"
                stroke={`var(--mantine-color-${(colours[i % colours.length] ?? 'gray.6').replace('.', '-')})`}
                strokeDasharray={dashes[i % dashes.length] ?? '0'}
              />
            </svg>{' '}
            Delivered to {platformTitle(name)}
          </li>
        ))}
      </ul>
      <CompositeChart
        h={270}
        data={data}
        dataKey="hour"
        tickLine="none"
        gridAxis="x"
        maxBarWidth={26}
        withDots={false}
        curveType="linear"
        composedChartProps={{ accessibilityLayer: false }}
        series={[
          { name: 'sales', label: 'Sales', color: 'sea.3', type: 'bar' },
          ...platforms.map((name, i) => ({
            name,
            label: `Delivered to ${platformTitle(name)}`,
            color: colours[i % colours.length] ?? 'gray.6',
            type: 'line' as const,
            strokeDasharray: dashes[i % dashes.length] ?? '0',
          })),
        ]}
      />
    </div>
  );
}
