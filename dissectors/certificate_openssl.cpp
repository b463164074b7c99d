#include "dissectors/certificate_openssl.h"

#include <algorithm>
#include <limits>

#include "dissectors/certificate_name.h"
#include "dissectors/wire_text.h"

namespace longwire {
OwnX509 parse_certificate(Bytes der, bool& whole) {
  const unsigned char* place = der.data();
  OwnX509 certificate(d2i_X509(nullptr, &place, static_cast<long>(der.size())));
  whole = certificate != nullptr && place == der.data() + der.size();
  return certificate;
}

std::string spell(const X509_NAME* name) {
  // `openssl x509 -nameopt`'s words: esc_2253,esc_ctrl,use_quote,dump_unknown, sep_comma_plus_space,dn_rev,sname. First as UTF-8;
  // where a string is not what its type says, each byte beyond ASCII as \XX.
  constexpr unsigned long common = ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_ESC_QUOTE | ASN1_STRFLGS_DUMP_UNKNOWN |
                                   ASN1_STRFLGS_DUMP_DER | XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_DN_REV | XN_FLAG_FN_SN |
                                   XN_FLAG_DUMP_UNKNOWN_FIELDS;
  for (const unsigned long flags : {common | ASN1_STRFLGS_UTF8_CONVERT, common | ASN1_STRFLGS_ESC_MSB}) {
    const OwnBio text(BIO_new(BIO_s_mem()));
    if (text == nullptr || X509_NAME_print_ex(text.get(), name, 0, flags) < 0) continue;
    char* start = nullptr;
    const long length = BIO_get_mem_data(text.get(), &start);
    std::string spelled;
    append_as_utf8(spelled, {start, static_cast<std::size_t>(std::max(0l, length))});
    return spelled;
  }
  return {};
}

std::string spell_serial(const ASN1_INTEGER* serial) {
  std::string text = hexadecimal({ASN1_STRING_get0_data(serial), static_cast<std::size_t>(ASN1_STRING_length(serial))});
  if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER) text.insert(text.begin(), '-');
  return text;
}

Integer nanoseconds(const ASN1_TIME* time) {
  const std::unique_ptr<ASN1_TIME, Freed<ASN1_TIME_free>> epoch(ASN1_TIME_set(nullptr, 0));
  int days = 0, seconds = 0;
  if (time == nullptr || ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return {};
  const std::int64_t since = std::int64_t{days} * 86'400 + seconds;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  if (since > most / one_second) return most;
  return std::max(since, -(most / one_second)) * one_second;
}

std::string distinguished_name(Bytes der) {
  const QuietErrors quiet;
  const unsigned char* place = der.data();
  const OwnName name(d2i_X509_NAME(nullptr, &place, static_cast<long>(der.size())));
  return name != nullptr && place == der.data() + der.size() ? spell(name.get()) : hexadecimal(der);
}

}  // namespace longwire
