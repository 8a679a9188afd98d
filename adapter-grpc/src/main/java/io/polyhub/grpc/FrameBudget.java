package io.polyhub.grpc;

/**
 * How many frames to ask of a client: no more than may wait for an answer, in number and in bytes.
 * Only in one lane.
 */
final class FrameBudget {

  private final int frames;
  private final int bytes;
  private final int ahead;
  private int asked;
  private int unanswered;
  private long unansweredBytes;

  /**
   * @param frames the most frames asked for or unanswered
   * @param bytes while more bytes than that are unanswered, no frames are asked for
   * @param ahead the most frames asked for at a time
   */
  FrameBudget(int frames, int bytes, int ahead) {
    this.frames = frames;
    this.bytes = bytes;
    this.ahead = Math.min(frames, ahead);
  }

  /** Returns how many more frames to ask for now, and takes them as asked for. */
  int take() {
    if (unansweredBytes > bytes) {
      return 0;
    }
    int more = Math.min(ahead - asked, frames - unanswered - asked);
    // A few at a time are as good as each by itself, and cheaper.
    if (more <= 0 || (asked > 0 && more < ahead / 2)) {
      return 0;
    }
    asked += more;
    return more;
  }

  /** A frame came that was asked for. */
  void arrived(int size) {
    asked--;
    unanswered++;
    unansweredBytes += size;
  }

  /** A frame was answered, or needs no answer. */
  void answered(int size) {
    unanswered--;
    unansweredBytes -= size;
  }

  /** Whether every frame that came has been answered. */
  boolean isSettled() {
    return unanswered == 0;
  }
}
