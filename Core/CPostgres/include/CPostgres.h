// libpq as its own header declares it. The functions we use are defined in CPostgres.c, which loads the library.
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>
#endif
