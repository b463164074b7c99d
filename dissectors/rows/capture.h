// Rows about the capture itself.
#pragma once

#include "dissectors/row.h"

namespace longwire {

struct CaptureRow {
  Integer id;
  Text path, format, link_types;
  Integer started_ns, ended_ns, packets, bytes, filtered, dropped, first_packet, damaged_at;
  Text damage, tool_version, options, previous_database, next_database;

  static constexpr TableInfo table{"captures", "one capture file, or one run on live interfaces"};
  static constexpr Column<CaptureRow> columns[] = {
      column("id", &CaptureRow::id, "1, 2 ... in the order in which the files were read", primary_key),
      column("path", &CaptureRow::path, "as given; `-` is standard input; live: the interfaces"),
      column("format", &CaptureRow::format, "pcap, pcap-ns, pcapng, snoop; with .gz, .zst, .lz4 where compressed"),
      column("link_types", &CaptureRow::link_types, "LINKTYPE_ names of its interfaces, JSON array"),
      column("started_ns", &CaptureRow::started_ns, "time of the earliest packet"),
      column("ended_ns", &CaptureRow::ended_ns, "time of the latest packet"),
      column("packets", &CaptureRow::packets, "packets read, those that a filter dropped not counted"),
      column("bytes", &CaptureRow::bytes, "bytes of these packets on the wire"),
      column("filtered", &CaptureRow::filtered, "packets that the filter dropped"),
      column("dropped", &CaptureRow::dropped, "packets that the kernel dropped, where the capture says so"),
      column("first_packet", &CaptureRow::first_packet, "set-wide number of its frame 1: ids of connections are such numbers"),
      column("damaged_at", &CaptureRow::damaged_at, "byte offset where the file breaks; NULL = whole"),
      column("damage", &CaptureRow::damage, "what is wrong there"),
      column("tool_version", &CaptureRow::tool_version, "version of longwire that read it"),
      column("options", &CaptureRow::options, "options that change what is seen, as on the command line"),
      column("previous_database", &CaptureRow::previous_database, "live, with --rotate: the file with what came before; NULL = none"),
      column("next_database", &CaptureRow::next_database, "live, with --rotate: the file with what came next; NULL = none, or not yet")};
};

struct CaptureStatisticsRow {
  Integer capture_id, interface_number, time_ns, packets, bytes, kernel_dropped, interface_dropped, queue_waits, lost_rows;

  static constexpr TableInfo table{"capture_statistics", "live: one second of one interface"};
  static constexpr Column<CaptureStatisticsRow> columns[] = {
      column("capture_id", &CaptureStatisticsRow::capture_id, "the capture", references("captures")),
      column("interface_number", &CaptureStatisticsRow::interface_number, "capture_interfaces.number"),
      column("time_ns", &CaptureStatisticsRow::time_ns, "the end of the second"),
      column("packets", &CaptureStatisticsRow::packets, "packets read in it"),
      column("bytes", &CaptureStatisticsRow::bytes, "their bytes on the wire"),
      column("kernel_dropped", &CaptureStatisticsRow::kernel_dropped, "packets dropped for want of room in the kernel's buffer (--buffer)"),
      column("interface_dropped", &CaptureStatisticsRow::interface_dropped, "packets that the interface or its driver dropped"),
      column("queue_waits", &CaptureStatisticsRow::queue_waits,
             "times a thread of longwire had to wait for the next one, all interfaces; told with the first"),
      column("lost_rows", &CaptureStatisticsRow::lost_rows,
             "rows that could not be written (full disk) since the run began, all interfaces; told with the first")};
};

struct CaptureInterfaceRow {
  Integer capture_id, number;
  Text name, description, link_type, filter;
  Integer snaplen, packets, received, dropped;

  static constexpr TableInfo table{"capture_interfaces", "one interface of a capture file"};
  static constexpr Column<CaptureInterfaceRow> columns[] = {
      column("capture_id", &CaptureInterfaceRow::capture_id, "the capture", references("captures")),
      column("number", &CaptureInterfaceRow::number, "0, 1 ... in the file"),
      column("name", &CaptureInterfaceRow::name, "as the file says"),
      column("description", &CaptureInterfaceRow::description, "as the file says"),
      column("link_type", &CaptureInterfaceRow::link_type, "LINKTYPE_ name"),
      column("filter", &CaptureInterfaceRow::filter, "capture filter, as the file says"),
      column("snaplen", &CaptureInterfaceRow::snaplen, "bytes kept of a packet; NULL = all"),
      column("packets", &CaptureInterfaceRow::packets, "packets of this interface"),
      column("received", &CaptureInterfaceRow::received, "packets the interface received, by its statistics block"),
      column("dropped", &CaptureInterfaceRow::dropped, "packets the interface dropped, by its statistics block")};
};

struct PacketKindRow {
  Integer capture_id;
  Text kind;
  Integer packets, bytes;

  static constexpr TableInfo table{"packet_kinds", "how many packets of a capture were what; every packet is one kind"};
  static constexpr Column<PacketKindRow> columns[] = {
      column("capture_id", &PacketKindRow::capture_id, "the capture", references("captures")),
      column("kind", &PacketKindRow::kind, "tcp, udp, arp, `ipv4 fragment`, `malformed tcp` ..."),
      column("packets", &PacketKindRow::packets, "how many"), column("bytes", &PacketKindRow::bytes, "their bytes on the wire")};
};

}  // namespace longwire
