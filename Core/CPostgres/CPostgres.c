// libpq is loaded when the first connection is made, not when the process starts: with the twenty libraries it brings (TLS,
// Kerberos, LDAP) it costs a cold function five milliseconds, and refusing a forged request needs no database. Callers
// notice nothing: each function of libpq that we use is defined here and goes on to the library's own.

#include "CPostgres.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

// Ours must not stand in for libpq's within libpq itself.
#define OURS __attribute__((visibility("hidden")))

// Result, name, parameters, arguments. PQconnectdbParams is not among them: it does the loading.
#define FUNCTIONS(F)                                                                                                   \
    F(void, PQclear, (PGresult * result), (result))                                                                    \
    F(int, PQconsumeInput, (PGconn * connection), (connection))                                                        \
    F(int, PQenterPipelineMode, (PGconn * connection), (connection))                                                   \
    F(char *, PQerrorMessage, (const PGconn *connection), (connection))                                                \
    F(void, PQconninfoFree, (PQconninfoOption * options), (options))                                                   \
    F(PQconninfoOption *, PQconninfoParse, (const char *text, char **message), (text, message))                        \
    F(PGresult *, PQexec, (PGconn * connection, const char *query), (connection, query))                               \
    F(int, PQexitPipelineMode, (PGconn * connection), (connection))                                                    \
    F(void, PQfinish, (PGconn * connection), (connection))                                                             \
    F(int, PQflush, (PGconn * connection), (connection))                                                               \
    F(char *, PQfname, (const PGresult *result, int column), (result, column))                                         \
    F(void, PQfreemem, (void *memory), (memory))                                                                       \
    F(PGresult *, PQgetResult, (PGconn * connection), (connection))                                                    \
    F(int, PQgetisnull, (const PGresult *result, int row, int column), (result, row, column))                          \
    F(char *, PQgetvalue, (const PGresult *result, int row, int column), (result, row, column))                        \
    F(int, PQisBusy, (PGconn * connection), (connection))                                                              \
    F(int, PQnfields, (const PGresult *result), (result))                                                              \
    F(PGnotify *, PQnotifies, (PGconn * connection), (connection))                                                     \
    F(int, PQntuples, (const PGresult *result), (result))                                                              \
    F(int, PQpipelineSync, (PGconn * connection), (connection))                                                        \
    F(char *, PQresultErrorField, (const PGresult *result, int field), (result, field))                                \
    F(char *, PQresultErrorMessage, (const PGresult *result), (result))                                                \
    F(ExecStatusType, PQresultStatus, (const PGresult *result), (result))                                              \
    F(int, PQsendPrepare,                                                                                              \
      (PGconn * connection, const char *name, const char *query, int count, const Oid *types),                         \
      (connection, name, query, count, types))                                                                         \
    F(int, PQsendQueryPrepared,                                                                                        \
      (PGconn * connection, const char *name, int count, const char *const *values, const int *lengths,                \
       const int *formats, int resultFormat),                                                                          \
      (connection, name, count, values, lengths, formats, resultFormat))                                               \
    F(PGVerbosity, PQsetErrorVerbosity, (PGconn * connection, PGVerbosity verbosity), (connection, verbosity))         \
    F(PQnoticeProcessor, PQsetNoticeProcessor, (PGconn * connection, PQnoticeProcessor processor, void *argument),     \
      (connection, processor, argument))                                                                               \
    F(int, PQbackendPID, (const PGconn *connection), (connection))                                                     \
    F(int, PQsocket, (const PGconn *connection), (connection))                                                         \
    F(ConnStatusType, PQstatus, (const PGconn *connection), (connection))                                              \
    F(PGTransactionStatusType, PQtransactionStatus, (const PGconn *connection), (connection))                          \
    F(char *, PQuser, (const PGconn *connection), (connection))

#define DECLARE(result, name, parameters, arguments) static result(*loaded_##name) parameters;
FUNCTIONS(DECLARE)
static PGconn *(*loaded_PQconnectdbParams)(const char *const *, const char *const *, int);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool isComplete = false;

static void load(void) {
    void *library = dlopen("libpq.so.5", RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) {
        return;
    }
    loaded_PQconnectdbParams =
        (PGconn * (*)(const char *const *, const char *const *, int)) dlsym(library, "PQconnectdbParams");
    bool found = loaded_PQconnectdbParams != NULL;
#define LOAD(result, name, parameters, arguments)                                                                      \
    loaded_##name = (result(*) parameters)dlsym(library, #name);                                                       \
    found = found && loaded_##name != NULL;
    FUNCTIONS(LOAD)
    isComplete = found;
}

// NULL also when libpq is not installed or too old for pipelines. Everything else needs a connection to be called with.
OURS PGconn *PQconnectdbParams(const char *const *keywords, const char *const *values, int expand) {
    pthread_once(&once, load);
    return isComplete ? loaded_PQconnectdbParams(keywords, values, expand) : NULL;
}

#define FORWARD(result, name, parameters, arguments)                                                                   \
    OURS result name parameters { return loaded_##name arguments; }
FUNCTIONS(FORWARD)
