#pragma once
// Private to content/media: RAII for libav's handles, and its error text.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>

namespace loa::content::media {

struct FreeLibav {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
  void operator()(SwrContext* converter) const { swr_free(&converter); }
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
  void operator()(AVFilterGraph* graph) const { avfilter_graph_free(&graph); }
};
using Frame = std::unique_ptr<AVFrame, FreeLibav>;
using Packet = std::unique_ptr<AVPacket, FreeLibav>;
using Codec = std::unique_ptr<AVCodecContext, FreeLibav>;
using Converter = std::unique_ptr<SwrContext, FreeLibav>;
using Scaler = std::unique_ptr<SwsContext, FreeLibav>;
using FilterGraph = std::unique_ptr<AVFilterGraph, FreeLibav>;

/// Mono, as libav says it.
inline AVChannelLayout mono_layout() { return AV_CHANNEL_LAYOUT_MONO; }

/// "Invalid data found when processing input" and the like.
std::string libav_text(int number);

/// libav writes its remarks about damaged files to standard error; our own errors say what matters.
void silence_libav();

}  // namespace loa::content::media
