#pragma once
#include <openssl/evp.h>

// OpenSSL's digest context behind four calls; one file of Reproducibility uses them.
// Found once: looking an algorithm up takes a lock and longer than hashing a kilobyte.
static inline EVP_MD *einthoven_sha256(void) { return EVP_MD_fetch(NULL, "SHA2-256", NULL); }

static inline EVP_MD_CTX *einthoven_sha256_begin(const EVP_MD *algorithm) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context && EVP_DigestInit_ex(context, algorithm, NULL) != 1) {
    EVP_MD_CTX_free(context);
    return NULL;
  }
  return context;
}

static inline int einthoven_sha256_update(EVP_MD_CTX *context, const void *bytes, size_t count) {
  return EVP_DigestUpdate(context, bytes, count);
}

// Writes 32 bytes of the digest of everything given so far and leaves the context usable.
static inline int einthoven_sha256_snapshot(const EVP_MD_CTX *context, unsigned char *out) {
  EVP_MD_CTX *copy = EVP_MD_CTX_new();
  if (!copy) return 0;
  int done = EVP_MD_CTX_copy_ex(copy, context) == 1 && EVP_DigestFinal_ex(copy, out, NULL) == 1;
  EVP_MD_CTX_free(copy);
  return done;
}

static inline void einthoven_sha256_end(EVP_MD_CTX *context) { EVP_MD_CTX_free(context); }
