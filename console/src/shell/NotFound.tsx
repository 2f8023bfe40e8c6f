import { Link } from '@tanstack/react-router';
import { useTitle } from '@/parts/frame/PageFrame';
import { Empty } from '@/parts/frame/states';

export function NotFound() {
  useTitle('Not found');
  return (
    <Empty title="There is no such page">
      The link may be old. <Link to="/">Go to Today</Link> or <Link to="/search">search</Link>.
    </Empty>
  );
}
