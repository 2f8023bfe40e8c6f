import { Link } from '@tanstack/react-router';
import { PageFrame } from '@/parts/frame/PageFrame';
import { Panel } from '@/parts/frame/Panel';
import { Empty } from '@/parts/frame/states';
import { useMay } from '@/parts/session/useSession';
import { Erasures } from './Erasures';
import { FindPerson } from './FindPerson';

export function PrivacyPage() {
  const mayAct = useMay('steward');
  return (
    <PageFrame
      title="Privacy"
      lead={
        <>
          A person asks for a copy of what is held, or to be forgotten. Read the{' '}
          <Link to="/handbook/$" params={{ _splat: 'privacy' }}>
            handbook
          </Link>{' '}
          first: Sitoo and the platforms come before the hub.
        </>
      }
    >
      {mayAct ? (
        <>
          <FindPerson />
          <Erasures />
        </>
      ) : (
        <Panel>
          <Empty title="Not for your role">Data stewards look after requests of persons.</Empty>
        </Panel>
      )}
    </PageFrame>
  );
}
