// What a person should know of the capture files, and of keys for them, once they are read: a line each, on standard error.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capture/source.h"
#include "storage/query.h"

namespace longwire {

// Files that are damaged, and where; true where there is one.
bool tell_damage(const CaptureSet& input);

// Pairs of files that were read one after the other though the second begins before the first ends: what their packets
// have to do with each other is not seen in the right order.
std::vector<std::string> overlaps(const std::vector<CaptureInfo>& captures);

// Packets that were left out because the filter cannot be used on their link type. Throws UsageError where these were all.
void tell_unfiltered(const CaptureSet& input);

// Why no private key of a server (--rsa-key) decrypted anything in the captures from `first_capture_id` on; empty where one did.
std::string why_no_rsa_key_fits(const Database& database, std::int64_t first_capture_id);

}  // namespace longwire
