import { QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError, isLoggedOut } from './problem'

const mostRetries = 2

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    // The log-in ended while a page was open: the next look at who is asking shows the log-in page.
    onError: (error, query) => {
      if (isLoggedOut(error) && query.queryKey[0] !== 'me')
        void queryClient.invalidateQueries({ queryKey: ['me'] })
    },
  }),
  defaultOptions: {
    queries: {
      retry: (failures, error) => !(error instanceof ApiError) && failures < mostRetries,
      staleTime: 1_000,
    },
    mutations: { retry: false },
  },
})
