/* The exports of computenetwork.dll and vmcompute.dll: parameter lists as in computenetwork.h and in hcsshim's binding
   of vmcompute, every one a call to forward(). What they do is the service's. */
#include "wire.h"

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

typedef const uint16_t *PCWSTR;
typedef uint16_t *PWSTR;
typedef const void *REFGUID;
typedef void *HANDLE;

#define TEXT_(name, value) {name, ARGUMENT_TEXT, value}
#define GUID_(value) {"id", ARGUMENT_GUID, value}
#define HANDLE_(name, value) {name, ARGUMENT_HANDLE, value}

/* Clears the out values, refuses what must not be NULL, and forwards. */
#define FORWARD(function, required, into, ...)                                                 \
  do {                                                                                         \
    const struct argument arguments[] = {__VA_ARGS__};                                         \
    const struct results out = into;                                                           \
    if (out.handle != NULL) *out.handle = NULL;                                                \
    if (out.document != NULL) *out.document = NULL;                                            \
    if (out.error != NULL) *out.error = NULL;                                                  \
    if (!(required)) return HR_INVALID_PARAMETER;                                              \
    return forward(function, arguments, sizeof(arguments) / sizeof(arguments[0]), &out);       \
  } while (0)

#define RESULTS(...) ((struct results){__VA_ARGS__})

#define ENUMERATE(function)                                                                    \
  EXPORT int32_t function(PCWSTR query, PWSTR *list, PWSTR *error) {                           \
    FORWARD(#function, list != NULL, RESULTS(.document = list, .error = error),                \
            TEXT_("query", query));                                                            \
  }
#define CREATE(function)                                                                       \
  EXPORT int32_t function(REFGUID id, PCWSTR settings, HANDLE *object, PWSTR *error) {         \
    FORWARD(#function, id != NULL && object != NULL, RESULTS(.handle = object, .error = error),\
            GUID_(id), TEXT_("settings", settings));                                           \
  }
#define CREATE_ON(function, parent)                                                            \
  EXPORT int32_t function(HANDLE on, REFGUID id, PCWSTR settings, HANDLE *object,              \
                          PWSTR *error) {                                                      \
    FORWARD(#function, id != NULL && object != NULL, RESULTS(.handle = object, .error = error),\
            HANDLE_(parent, on), GUID_(id), TEXT_("settings", settings));                      \
  }
#define OPEN(function)                                                                         \
  EXPORT int32_t function(REFGUID id, HANDLE *object, PWSTR *error) {                          \
    FORWARD(#function, id != NULL && object != NULL, RESULTS(.handle = object, .error = error),\
            GUID_(id));                                                                        \
  }
#define MODIFY(function, kind)                                                                 \
  EXPORT int32_t function(HANDLE object, PCWSTR settings, PWSTR *error) {                      \
    FORWARD(#function, true, RESULTS(.error = error), HANDLE_(kind, object),                   \
            TEXT_("settings", settings));                                                      \
  }
#define QUERY(function, kind)                                                                  \
  EXPORT int32_t function(HANDLE object, PCWSTR query, PWSTR *properties, PWSTR *error) {      \
    FORWARD(#function, properties != NULL, RESULTS(.document = properties, .error = error),    \
            HANDLE_(kind, object), TEXT_("query", query));                                     \
  }
#define DELETE(function)                                                                       \
  EXPORT int32_t function(REFGUID id, PWSTR *error) {                                          \
    FORWARD(#function, id != NULL, RESULTS(.error = error), GUID_(id));                        \
  }
#define CLOSE(function, kind)                                                                  \
  EXPORT int32_t function(HANDLE object) {                                                     \
    FORWARD(#function, true, RESULTS(.error = NULL), HANDLE_(kind, object));                   \
  }

/* All verbs but Create, which has another parameter list for endpoints. */
#define OBJECT(Kind, Kinds, kind)                                                              \
  ENUMERATE(HcnEnumerate##Kinds)                                                               \
  OPEN(HcnOpen##Kind)                                                                          \
  MODIFY(HcnModify##Kind, kind)                                                                \
  QUERY(HcnQuery##Kind##Properties, kind)                                                      \
  DELETE(HcnDelete##Kind)                                                                      \
  CLOSE(HcnClose##Kind, kind)

OBJECT(Network, Networks, "network")
CREATE(HcnCreateNetwork)

OBJECT(Endpoint, Endpoints, "endpoint")
CREATE_ON(HcnCreateEndpoint, "network")
QUERY(HcnQueryEndpointStats, "endpoint")
QUERY(HcnQueryEndpointAddresses, "endpoint")

OBJECT(Namespace, Namespaces, "namespace")
CREATE(HcnCreateNamespace)

OBJECT(LoadBalancer, LoadBalancers, "loadbalancer")
CREATE(HcnCreateLoadBalancer)

OBJECT(SdnRoute, SdnRoutes, "sdnroute")
CREATE(HcnCreateSdnRoute)

EXPORT int32_t HNSCall(PCWSTR method, PCWSTR path, PCWSTR body, PWSTR *response) {
  FORWARD("HNSCall", method != NULL && path != NULL && response != NULL, RESULTS(.document = response),
          TEXT_("method", method), TEXT_("path", path), TEXT_("body", body));
}

/* ---- Compute systems. A result document is what the HCN functions call an error record. ---- */

EXPORT int32_t HcsOpenComputeSystem(PCWSTR id, HANDLE *system, PWSTR *result) {
  FORWARD("HcsOpenComputeSystem", id != NULL && system != NULL, RESULTS(.handle = system, .error = result),
          TEXT_("id", id));
}

EXPORT int32_t HcsGetComputeSystemProperties(HANDLE system, PCWSTR query, PWSTR *properties, PWSTR *result) {
  FORWARD("HcsGetComputeSystemProperties", properties != NULL, RESULTS(.document = properties, .error = result),
          HANDLE_("system", system), TEXT_("query", query));
}

EXPORT int32_t HcsModifyComputeSystem(HANDLE system, PCWSTR configuration, PWSTR *result) {
  FORWARD("HcsModifyComputeSystem", true, RESULTS(.error = result), HANDLE_("system", system),
          TEXT_("configuration", configuration));
}

/* The callback is never called: the service has nothing to tell. */
EXPORT int32_t HcsRegisterComputeSystemCallback(HANDLE system, void *callback, void *context, HANDLE *registration) {
  (void)callback, (void)context;
  FORWARD("HcsRegisterComputeSystemCallback", registration != NULL, RESULTS(.handle = registration),
          HANDLE_("system", system));
}

CLOSE(HcsUnregisterComputeSystemCallback, "callback")
CLOSE(HcsCloseComputeSystem, "system")
