/* Rows of IP Helper through the compiler's own view of the Windows headers: fills every field of a row with numbers, and
   tells every field of one as text, so that a test can hold another encoder and decoder against them. */
#define __USE_MINGW_ANSI_STDIO 1
#define _WIN32_WINNT 0x0A00
#include <winsock2.h>
#include <ws2ipdef.h>
#include <iphlpapi.h>
#include <netioapi.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __declspec(dllexport)

/* ---- Text: one `name=value` a line ---- */

struct text {
  char *at;
  size_t left;
};

static void say(struct text *to, const char *name, const char *value) {
  const int size = snprintf(to->at, to->left, "%s=%s\n", name, value);
  if (size < 0 || (size_t)size >= to->left) return;
  to->at += size;
  to->left -= (size_t)size;
}
static void say_number(struct text *to, const char *name, uint64_t value) {
  char digits[24];
  snprintf(digits, sizeof digits, "%" PRIu64, value);
  say(to, name, digits);
}
/* `4 0af0001e`: the family and the address in hexadecimal; `0` for neither family. */
static void say_address(struct text *to, const char *name, const SOCKADDR_INET *address) {
  char value[48] = "0";
  const uint8_t *bytes = (const uint8_t *)&address->Ipv4.sin_addr;
  size_t size = address->si_family == AF_INET ? 4 : 0;
  if (address->si_family == AF_INET6) {
    bytes = (const uint8_t *)&address->Ipv6.sin6_addr;
    size = 16;
  }
  if (size > 0) snprintf(value, sizeof value, "%d ", size == 4 ? 4 : 6);
  for (size_t i = 0; i < size; i++) snprintf(value + 2 + 2 * i, 3, "%02x", bytes[i]);
  say(to, name, value);
}
static void say_wide(struct text *to, const char *name, const WCHAR *wide) {
  char value[512] = "";
  if (wide != NULL) WideCharToMultiByte(CP_UTF8, 0, wide, -1, value, sizeof value, NULL, NULL);
  say(to, name, value);
}

/* ---- Numbers: always the same for one seed ---- */

static uint32_t next(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(*seed >> 33);
}
static void next_address(SOCKADDR_INET *address, uint64_t *seed, bool six) {
  uint8_t *bytes = six ? (uint8_t *)&address->Ipv6.sin6_addr : (uint8_t *)&address->Ipv4.sin_addr;
  address->si_family = six ? AF_INET6 : AF_INET;
  for (size_t i = 0; i < (six ? 16u : 4u); i++) bytes[i] = (uint8_t)next(seed);
}

/* ---- Rows: N a number, F a flag, L the length of a prefix, A an address ---- */

#define FORWARD(N, F, L, A)                                                                    \
  N(InterfaceLuid.Value) N(InterfaceIndex) A(DestinationPrefix.Prefix) L(DestinationPrefix.PrefixLength)  \
  A(NextHop) L(SitePrefixLength) N(ValidLifetime) N(PreferredLifetime) N(Metric) N(Protocol)   \
  F(Loopback) F(AutoconfigureAddress) F(Publish) F(Immortal) N(Age) N(Origin)

#define UNICAST(N, F, L, A)                                                                    \
  A(Address) N(InterfaceLuid.Value) N(InterfaceIndex) N(PrefixOrigin) N(SuffixOrigin)          \
  N(ValidLifetime) N(PreferredLifetime) L(OnLinkPrefixLength) F(SkipAsSource) N(DadState)      \
  N(ScopeId.Value) N(CreationTimeStamp.QuadPart)

#define IPINTERFACE(N, F, L, A)                                                                  \
  N(InterfaceLuid.Value) N(InterfaceIndex) N(MaxReassemblySize) N(InterfaceIdentifier)         \
  N(MinRouterAdvertisementInterval) N(MaxRouterAdvertisementInterval) F(AdvertisingEnabled)    \
  F(ForwardingEnabled) F(WeakHostSend) F(WeakHostReceive) F(UseAutomaticMetric)                \
  F(UseNeighborUnreachabilityDetection) F(ManagedAddressConfigurationSupported)                \
  F(OtherStatefulConfigurationSupported) F(AdvertiseDefaultRoute) N(RouterDiscoveryBehavior)   \
  N(DadTransmits) N(BaseReachableTime) N(RetransmitTime) N(PathMtuDiscoveryTimeout)            \
  N(LinkLocalAddressBehavior) N(LinkLocalAddressTimeout) N(ZoneIndices[0])                     \
  N(ZoneIndices[ScopeLevelCount - 1]) N(SitePrefixLength) N(Metric) N(NlMtu) F(Connected)      \
  F(SupportsWakeUpPatterns) F(SupportsNeighborDiscovery) F(SupportsRouterDiscovery)            \
  N(ReachableTime) F(DisableDefaultRoutes)

#define FILL_NUMBER(field) row->field = next(seed);
#define FILL_FLAG(field) row->field = next(seed) & 1;
#define FILL_LENGTH(field) row->field = (uint8_t)(next(seed) % 33);
#define FILL_ADDRESS(field) next_address(&row->field, seed, six);
#define SAY_NUMBER(field) say_number(to, #field, (uint64_t)row->field);
#define SAY_ADDRESS(field) say_address(to, #field, &row->field);

#define ROW(kind, TYPE, FIELDS)                                                                \
  static void fill_##kind(TYPE *row, uint64_t *seed, bool six) {                               \
    (void)six;                                                                                 \
    FIELDS(FILL_NUMBER, FILL_FLAG, FILL_LENGTH, FILL_ADDRESS)                                  \
  }                                                                                            \
  static void say_##kind(const TYPE *row, struct text *to) {                                   \
    FIELDS(SAY_NUMBER, SAY_NUMBER, SAY_NUMBER, SAY_ADDRESS)                                    \
  }

ROW(forward, MIB_IPFORWARD_ROW2, FORWARD)
ROW(unicast, MIB_UNICASTIPADDRESS_ROW, UNICAST)
ROW(interface, MIB_IPINTERFACE_ROW, IPINTERFACE)

/* ---- Adapters ---- */

#define EACH(type, member, first) for (const type *member = (first); member != NULL; member = member->Next)

static void say_socket(struct text *to, const char *name, const SOCKET_ADDRESS *socket) {
  SOCKADDR_INET address = {0};
  memcpy(&address, socket->lpSockaddr, (size_t)socket->iSockaddrLength);
  say_address(to, name, &address);
}

static void say_adapter(const IP_ADAPTER_ADDRESSES *row, struct text *to) {
  char mac[2 * MAX_ADAPTER_ADDRESS_LENGTH + 1] = "";
  for (ULONG i = 0; i < row->PhysicalAddressLength; i++) snprintf(mac + 2 * i, 3, "%02x", row->PhysicalAddress[i]);
  SAY_NUMBER(Length) SAY_NUMBER(IfIndex) SAY_NUMBER(Ipv6IfIndex) SAY_NUMBER(Luid.Value)
  say(to, "AdapterName", row->AdapterName);
  say_wide(to, "FriendlyName", row->FriendlyName);
  say_wide(to, "Description", row->Description);
  say_wide(to, "DnsSuffix", row->DnsSuffix);
  say(to, "PhysicalAddress", mac);
  SAY_NUMBER(Dhcpv4Enabled) SAY_NUMBER(Mtu) SAY_NUMBER(IfType) SAY_NUMBER(OperStatus)
  SAY_NUMBER(Ipv4Metric) SAY_NUMBER(Ipv6Metric) SAY_NUMBER(CompartmentId)
  EACH(IP_ADAPTER_UNICAST_ADDRESS, unicast, row->FirstUnicastAddress) {
    say_socket(to, "Unicast", &unicast->Address);
    say_number(to, "OnLinkPrefixLength", unicast->OnLinkPrefixLength);
    say_number(to, "PrefixOrigin", unicast->PrefixOrigin);
    say_number(to, "SuffixOrigin", unicast->SuffixOrigin);
    say_number(to, "DadState", unicast->DadState);
  }
  EACH(IP_ADAPTER_GATEWAY_ADDRESS, gateway, row->FirstGatewayAddress) say_socket(to, "Gateway", &gateway->Address);
  EACH(IP_ADAPTER_DNS_SERVER_ADDRESS, server, row->FirstDnsServerAddress) say_socket(to, "Dns", &server->Address);
}

/* ---- Exports: `kind` is 0 forward, 1 unicast, 2 interface, 3 adapters ---- */

EXPORT uint32_t probe_size(uint32_t kind) {
  static const uint32_t sizes[] = {sizeof(MIB_IPFORWARD_ROW2), sizeof(MIB_UNICASTIPADDRESS_ROW),
                                   sizeof(MIB_IPINTERFACE_ROW), sizeof(IP_ADAPTER_ADDRESSES)};
  return sizes[kind];
}

/* Fills a zeroed row of kind 0, 1 or 2; the families of its addresses alternate with the seed. */
EXPORT void probe_fill(uint32_t kind, void *row, uint32_t number) {
  const bool six = (number & 1) != 0;
  uint64_t seed = number;
  if (kind == 0) fill_forward(row, &seed, six);
  if (kind == 1) fill_unicast(row, &seed, six);
  if (kind == 2) {
    ((MIB_IPINTERFACE_ROW *)row)->Family = six ? AF_INET6 : AF_INET;
    fill_interface(row, &seed, six);
  }
}

/* The fields of a row as text, cut to `size`; of kind 3 those of every adapter of the list. */
EXPORT void probe_say(uint32_t kind, const void *row, char *text, uint32_t size) {
  struct text to = {text, size};
  text[0] = 0;
  if (kind == 0) say_forward(row, &to);
  if (kind == 1) say_unicast(row, &to);
  if (kind == 2) {
    say_number(&to, "Family", ((const MIB_IPINTERFACE_ROW *)row)->Family);
    say_interface(row, &to);
  }
  if (kind == 3) EACH(IP_ADAPTER_ADDRESSES, adapter, row) say_adapter(adapter, &to);
}
