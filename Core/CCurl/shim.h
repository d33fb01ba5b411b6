#include <curl/curl.h>

// libcurl is loaded when the first request is made, not when the process starts: with its thirty dependencies it costs a
// cold function several milliseconds. So nothing here may refer to a curl function by name; only types and constants are
// used, and the functions arrive as pointers. Swift cannot call C variadic functions, hence one name per argument type.
typedef CURLcode (*parley_curl_setopt)(CURL *, CURLoption, ...);
typedef CURLcode (*parley_curl_getinfo)(CURL *, CURLINFO, ...);
typedef size_t (*parley_curl_transfer)(char *, size_t, size_t, void *);
typedef curl_socket_t (*parley_curl_open_socket)(void *, curlsocktype, struct curl_sockaddr *);
typedef int (*parley_curl_progress)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

static inline CURLcode parley_curl_set_long(void *setopt, CURL *handle, CURLoption option, long value) {
    return ((parley_curl_setopt)setopt)(handle, option, value);
}
static inline CURLcode parley_curl_set_string(void *setopt, CURL *handle, CURLoption option, const char *value) {
    return ((parley_curl_setopt)setopt)(handle, option, value);
}
static inline CURLcode parley_curl_set_pointer(void *setopt, CURL *handle, CURLoption option, void *value) {
    return ((parley_curl_setopt)setopt)(handle, option, value);
}
static inline CURLcode parley_curl_set_size(void *setopt, CURL *handle, CURLoption option, curl_off_t value) {
    return ((parley_curl_setopt)setopt)(handle, option, value);
}
// Write, header and read functions have the same shape.
static inline CURLcode parley_curl_set_transfer(void *setopt, CURL *handle, CURLoption option, parley_curl_transfer value) {
    return ((parley_curl_setopt)setopt)(handle, option, value);
}
static inline CURLcode parley_curl_set_open_socket(void *setopt, CURL *handle, parley_curl_open_socket value) {
    return ((parley_curl_setopt)setopt)(handle, CURLOPT_OPENSOCKETFUNCTION, value);
}
static inline CURLcode parley_curl_set_progress(void *setopt, CURL *handle, parley_curl_progress value) {
    return ((parley_curl_setopt)setopt)(handle, CURLOPT_XFERINFOFUNCTION, value);
}
static inline CURLcode parley_curl_get_long(void *getinfo, CURL *handle, CURLINFO info, long *value) {
    return ((parley_curl_getinfo)getinfo)(handle, info, value);
}
static inline CURLcode parley_curl_get_string(void *getinfo, CURL *handle, CURLINFO info, char **value) {
    return ((parley_curl_getinfo)getinfo)(handle, info, value);
}
// The address behind a curl_sockaddr is longer than the field that names it.
static inline const void *parley_curl_address(const struct curl_sockaddr *address) {
    return &address->addr;
}
