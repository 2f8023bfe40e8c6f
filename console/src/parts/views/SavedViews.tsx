import { ActionIcon, Menu } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconBookmarkPlus, IconLink, IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { removeView, type SavedView, viewsQuery } from '@/api/views';
import { ask } from '../ask/ask';
import { tell } from '../ask/useAct';
import { parseSearch } from '../filters/search';
import { bare, sameQuery } from './query';
import { ViewForm } from './ViewForm';
import classes from './Views.module.css';

// Views of a list: those of the house first, then one's own, and what can be done with the present one.
export function SavedViews({
  page,
  builtIn,
}: {
  page: SavedView['page'];
  builtIn: readonly { name: string; query: string }[];
}) {
  const queries = useQueryClient();
  const here = bare(useLocation({ select: (location) => location.searchStr }));
  const own = (useQuery(viewsQuery).data?.items ?? []).filter((view) => view.page === page);
  const refresh = () => queries.invalidateQueries(viewsQuery);
  const link = (name: string, query: string) => (
    <Link
      to={`/${page}`}
      search={parseSearch(query) as never}
      className={classes.view}
      data-here={sameQuery(here, query)}
      // The router calls each of them active, because they differ by their search only.
      activeProps={{ className: '', 'aria-current': sameQuery(here, query) ? 'page' : undefined }}
    >
      {name}
    </Link>
  );
  const isOwn = own.find((view) => sameQuery(here, view.query));
  return (
    <nav className={classes.views} aria-label="Views">
      {builtIn.map((view) => (
        <span key={view.name}>{link(view.name, view.query)}</span>
      ))}
      {own.map((view) => (
        <span key={view.name}>{link(view.name, view.query)}</span>
      ))}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label="This view">
            <IconBookmarkPlus size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconBookmarkPlus size={16} aria-hidden />}
            onClick={() => {
              const id = modals.open({
                title: 'Keep this view',
                children: (
                  <ViewForm
                    page={page}
                    query={here}
                    close={() => modals.close(id)}
                    kept={() => void refresh()}
                  />
                ),
              });
            }}
          >
            Keep this view…
          </Menu.Item>
          <Menu.Item
            leftSection={<IconLink size={16} aria-hidden />}
            onClick={() => {
              navigator.clipboard.writeText(window.location.href).then(
                () => tell('The link is copied.'),
                () => tell('The browser does not allow to copy. The link is in the address bar.', true),
              );
            }}
          >
            Copy a link to it
          </Menu.Item>
          {isOwn && (
            <Menu.Item
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() =>
                ask({
                  title: `Remove the view ${isOwn.name}?`,
                  body: 'The records and cases in it stay as they are.',
                  action: 'Remove',
                  danger: true,
                  run: async () => {
                    await removeView(isOwn.name);
                    await refresh();
                  },
                })
              }
            >
              Remove {isOwn.name}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}
