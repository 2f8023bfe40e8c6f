import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { setWorkspace } from '@/api/client';
import { alertsShape } from '@/pages/alerts/filters';
import { auditShape } from '@/pages/audit/filters';
import { bulkItemsShape } from '@/pages/bulk/filters';
import { casesShape } from '@/pages/cases/filters';
import { searchFilters } from '@/pages/search/filters';
import { settingsShape } from '@/pages/settings/filters';
import { storesShape } from '@/pages/stores/filters';
import { usersShape } from '@/pages/users/filters';
import { parseSearch, type Search, searchShape, stringifySearch } from '@/parts/filters/search';
import { Failure, Lines } from '@/parts/frame/states';
import { Gate } from './Gate';
import { queries } from './hub';
import { NotFound } from './NotFound';

const rootShape = { workspace: 'text' } as const;
let known: string | null = null;

const root = createRootRoute({
  validateSearch: (raw: Record<string, unknown>): Search<typeof rootShape> => searchShape(rootShape)(raw),
  search: { middlewares: [retainSearchParams(['workspace'])] },
  // Every request carries the workspace of the URL; answers of another one are forgotten.
  beforeLoad: ({ search }) => {
    const next = search.workspace ?? null;
    setWorkspace(next);
    if (known !== next) {
      known = next;
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
    }
  },
  component: Gate,
  notFoundComponent: NotFound,
});

const parent = { getParentRoute: () => root } as const;
const page = lazyRouteComponent;

const handbookRoot = createRoute({ ...parent, path: '/handbook' });
const handbook = handbookRoot.addChildren([
  createRoute({
    getParentRoute: () => handbookRoot,
    path: '/',
    component: page(() => import('@/pages/handbook/HandbookPage'), 'HandbookPage'),
  }),
  createRoute({
    getParentRoute: () => handbookRoot,
    path: '$',
    component: page(() => import('@/pages/handbook/HandbookEntryPage'), 'HandbookEntryPage'),
  }),
]);

const routes = [
  createRoute({
    ...parent,
    path: '/',
    component: page(() => import('@/pages/today/TodayPage'), 'TodayPage'),
  }),
  createRoute({
    ...parent,
    path: '/search',
    validateSearch: searchShape(searchFilters),
    component: page(() => import('@/pages/search/SearchPage'), 'SearchPage'),
  }),
  createRoute({
    ...parent,
    path: '/records/$id',
    component: page(() => import('@/pages/record/RecordPage'), 'RecordPage'),
  }),
  createRoute({
    ...parent,
    path: '/cases',
    validateSearch: searchShape(casesShape),
    component: page(() => import('@/pages/cases/CasesPage'), 'CasesPage'),
  }),
  createRoute({
    ...parent,
    path: '/cases/$id',
    component: page(() => import('@/pages/case/CasePage'), 'CasePage'),
  }),
  createRoute({
    ...parent,
    path: '/blocked',
    component: page(() => import('@/pages/blocked/BlockedPage'), 'BlockedPage'),
  }),
  createRoute({
    ...parent,
    path: '/connections',
    component: page(() => import('@/pages/connections/ConnectionsPage'), 'ConnectionsPage'),
  }),
  createRoute({
    ...parent,
    path: '/connections/set-up',
    component: page(() => import('@/pages/connections/SetUpPage'), 'SetUpPage'),
  }),
  createRoute({
    ...parent,
    path: '/stores',
    validateSearch: searchShape(storesShape),
    component: page(() => import('@/pages/stores/StoresPage'), 'StoresPage'),
  }),
  createRoute({
    ...parent,
    path: '/alerts',
    validateSearch: searchShape(alertsShape),
    component: page(() => import('@/pages/alerts/AlertsPage'), 'AlertsPage'),
  }),
  // Notices link to one alert; it is in the list.
  createRoute({
    ...parent,
    path: '/alerts/$kind/$subject',
    beforeLoad: () => {
      throw redirect({ to: '/alerts' });
    },
  }),
  createRoute({
    ...parent,
    path: '/bulk',
    component: page(() => import('@/pages/bulk/BulkPage'), 'BulkPage'),
  }),
  createRoute({
    ...parent,
    path: '/bulk/$id',
    validateSearch: searchShape(bulkItemsShape),
    component: page(() => import('@/pages/bulk/BulkActionPage'), 'BulkActionPage'),
  }),
  createRoute({
    ...parent,
    path: '/settings',
    validateSearch: searchShape(settingsShape),
    component: page(() => import('@/pages/settings/SettingsPage'), 'SettingsPage'),
  }),
  handbook,
  createRoute({
    ...parent,
    path: '/audit',
    validateSearch: searchShape(auditShape),
    component: page(() => import('@/pages/audit/AuditPage'), 'AuditPage'),
  }),
  createRoute({
    ...parent,
    path: '/users',
    validateSearch: searchShape(usersShape),
    component: page(() => import('@/pages/users/UsersPage'), 'UsersPage'),
  }),
  createRoute({
    ...parent,
    path: '/privacy',
    component: page(() => import('@/pages/privacy/PrivacyPage'), 'PrivacyPage'),
  }),
];

const routeTree = root.addChildren(routes);

// Tests bring a history of their own.
export const makeRouter = (history?: RouterHistory) =>
  createRouter({
    routeTree,
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPreload: 'intent',
    defaultPendingComponent: () => <Lines count={8} />,
    defaultErrorComponent: ({ error, reset }) => <Failure error={error} onRetry={reset} />,
    ...(history ? { history } : {}),
  });
export type AppRouter = ReturnType<typeof makeRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter;
  }
}
