// How packets are read and what of them is kept: the options that every command has that reads packets.
#pragma once

#include <optional>
#include <string>

#include <boost/program_options.hpp>

#include "cli/pipeline.h"
#include "dissectors/body_files.h"
#include "dissectors/certificate_trust.h"
#include "dissectors/secrets.h"
#include "dissectors/tls_keyring.h"

namespace longwire {

void add_reading_options(boost::program_options::options_description& options);

// What they ask for, and what has to live as long as the pipeline runs.
class ReadingOptions {
 public:
  // Throws UsageError.
  explicit ReadingOptions(const boost::program_options::variables_map& values);
  ReadingOptions(const ReadingOptions&) = delete;
  ReadingOptions& operator=(const ReadingOptions&) = delete;

  // Refers to this object. Its keys are not set: whether any are needed the caller knows. Nor are first_capture_id and progress.
  PipelineOptions pipeline() const;
  TlsKeys& keys() { return keys_; }
  const CertificateTrust& trust() const { return trust_; }

  // On standard error, a line each, when the pipeline has ended: keys that could not be read, bodies that could not be written.
  void tell_what_failed() const;

 private:
  TlsKeys keys_;
  Secrets secrets_;
  CertificateTrust trust_;
  std::optional<BodyFiles> bodies_;
  std::string bodies_folder_;
  PipelineOptions pipeline_;
};

}  // namespace longwire
