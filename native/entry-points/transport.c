/* Connections to the service: one for each call under way, taken from those of earlier calls or made. */
#ifndef _WIN32
#define _GNU_SOURCE
#endif
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <winsock2.h>
typedef SOCKET socket_t;
#define NO_SOCKET INVALID_SOCKET
#define SEND_FLAGS 0
#else
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
typedef int socket_t;
#define NO_SOCKET (-1)
#define SEND_FLAGS MSG_NOSIGNAL
#define closesocket close
#endif

enum { FRAME_HELLO = 1, TOKEN_BYTES = 16, NAME_BYTES = 256, IDLE_MAX = 64 };

/* That of the call which this thread makes. */
static __thread socket_t connection = NO_SOCKET;
static __thread bool connected;

/* Those that no call uses, the latest last. */
static socket_t idle[IDLE_MAX];
static size_t idle_count;

static bool take_idle(void) {
  platform_lock();
  connected = idle_count > 0;
  if (connected) connection = idle[--idle_count];
  platform_unlock();
  return connected;
}

static bool put_idle(void) {
  platform_lock();
  const bool has_room = idle_count < IDLE_MAX;
  if (has_room) idle[idle_count++] = connection;
  platform_unlock();
  return has_room;
}

static bool send_all(socket_t to, const char *bytes, size_t size) {
  while (size > 0) {
    const long sent = (long)send(to, bytes, size, SEND_FLAGS);
#ifndef _WIN32
    if (sent < 0 && errno == EINTR) continue;
#endif
    if (sent <= 0) return false;
    bytes += sent;
    size -= (size_t)sent;
  }
  return true;
}

/* A socket that child processes do not inherit: the service takes a closed connection for the end of its process. */
static socket_t new_socket(void) {
#ifdef _WIN32
  WSADATA data;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return NO_SOCKET;
  return WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0, WSA_FLAG_NO_HANDLE_INHERIT | WSA_FLAG_OVERLAPPED);
#else
  return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
#endif
}

/* The service's port from HNS_SIMULATOR, `127.0.0.1:PORT`; 0 when it says anything else. Loopback only. */
static uint16_t service_port(void) {
  static const char host[] = "127.0.0.1:";
  char address[64];
  if (!platform_environment("HNS_SIMULATOR", address, sizeof address)) return 0;
  if (strncmp(address, host, sizeof host - 1) != 0) return 0;
  const long port = strtol(address + sizeof host - 1, NULL, 10);
  return port > 0 && port <= 65535 ? (uint16_t)port : 0;
}

/* What all connections of this process are known by. */
static const char *process_token(void) {
  static char token[2 * TOKEN_BYTES + 1];
  platform_lock();
  if (token[0] == 0) {
    uint8_t bytes[TOKEN_BYTES];
    platform_random(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) snprintf(token + 2 * i, 3, "%02x", bytes[i]);
  }
  platform_unlock();
  return token;
}

static bool say_hello(socket_t to) {
  char executable[NAME_BYTES];
  platform_executable(executable, sizeof executable);
  const char *token = process_token();
  const uint32_t process = platform_process_id();
  const uint16_t executable_size = (uint16_t)strlen(executable), token_size = (uint16_t)strlen(token);
  const uint32_t size = 1 + 4 + 2 + executable_size + 2 + (uint32_t)token_size;
  char frame[4 + 1 + 4 + 2 + NAME_BYTES + 2 + 2 * TOKEN_BYTES], *at = frame;
  memcpy(at, &size, 4), at += 4;
  *at++ = FRAME_HELLO;
  memcpy(at, &process, 4), at += 4;
  memcpy(at, &executable_size, 2), at += 2;
  memcpy(at, executable, executable_size), at += executable_size;
  memcpy(at, &token_size, 2), at += 2;
  memcpy(at, token, token_size);
  return send_all(to, frame, size + 4);
}

static void hang_up(void) {
  if (connection != NO_SOCKET) closesocket(connection);
  connection = NO_SOCKET;
  connected = false;
}

static bool call_service(void) {
  const uint16_t port = service_port();
  if (port == 0) return false;
  connection = new_socket();
  if (connection == NO_SOCKET) return false;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int no_delay = 1;
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, (const char *)&no_delay, sizeof no_delay);
  connected = connect(connection, (const struct sockaddr *)&address, sizeof address) == 0 && say_hello(connection);
  if (!connected) hang_up();
  return connected;
}

bool transport_send(const void *frame, size_t size) {
  if (!connected && !take_idle() && !call_service()) return false;
  if (send_all(connection, frame, size)) return true;
  /* The service is another one now, perhaps: the next call finds out. */
  hang_up();
  return false;
}

bool transport_receive(void *bytes, size_t size) {
  char *at = bytes;
  while (size > 0) {
    const long received = (long)recv(connection, at, size, 0);
#ifndef _WIN32
    if (received < 0 && errno == EINTR) continue;
#endif
    if (received <= 0) {
      hang_up();
      return false;
    }
    at += received;
    size -= (size_t)received;
  }
  return true;
}

void transport_end(bool is_intact) {
  if (!connected) return;
  if (!is_intact || !put_idle()) hang_up();
  connection = NO_SOCKET;
  connected = false;
}
