// What the benchmark measures: the two floors, the pipeline's stages one on top of the other, and the whole.
#pragma once

#include <string>

#include "tests/bench/measure.h"

namespace longwire::bench {

// Floor: libpcap reads the file, every byte is looked at. Throws where libpcap cannot read it.
Work libpcap_loop(const std::string& capture);

// Each does all that the one before it does, in one thread, and throws away what it makes.
Work read(const std::string& capture);
Work decode(const std::string& capture);
Work reassemble(const std::string& capture);
Work dissect(const std::string& capture);

// Floor: the rows of the capture, in memory already, go into a new database. Only that is timed.
Work store_rows(const std::string& capture, const std::string& database);

// What `longwire analyze` does.
Work analyze(const std::string& capture, const std::string& database, unsigned threads);

}  // namespace longwire::bench
