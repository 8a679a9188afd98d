package io.polyhub.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import io.polyhub.server.config.LoggingConfig;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.LongSupplier;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Sets up logging, as configured and from nothing else. */
public final class Logs {

  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %-18.18thread %-28.28logger{28} %msg%n";

  private Logs() {}

  /** For commands that end at once: warnings alone, apart from what they print. */
  public static void quiet(OutputStream err) {
    configure(new LoggingConfig(LoggingConfig.Format.TEXT, LoggingConfig.Level.WARN), err);
  }

  /** Writes lines to {@code out} from now on. */
  static void configure(LoggingConfig config, OutputStream out) {
    configure(config, out, System::nanoTime);
  }

  static void configure(LoggingConfig config, OutputStream out, LongSupplier nanoTime) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    Encoder<ILoggingEvent> encoder =
        switch (config.format()) {
          case TEXT -> text();
          case JSON -> new JsonLines();
        };
    encoder.setContext(context);
    encoder.start();
    OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.setOutputStream(new KeptOpen(out));
    appender.start();
    RepeatLimit repeatLimit = new RepeatLimit(nanoTime);
    repeatLimit.setContext(context);
    repeatLimit.start();
    context.addTurboFilter(repeatLimit);
    Level level = Level.toLevel(config.level().name());
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    // What libraries have to say below a warning is for who asked for details.
    root.setLevel(level.isGreaterOrEqual(Level.INFO) ? quieter(level) : Level.INFO);
    context.getLogger("io.polyhub").setLevel(level);
    // It logs why it could not start, with a stack; the server says the same in a sentence.
    context.getLogger("io.helidon.webserver.LoomServer").setLevel(Level.OFF);
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  private static Level quieter(Level level) {
    return level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN;
  }

  private static Encoder<ILoggingEvent> text() {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setPattern(PATTERN);
    return encoder;
  }

  /** A stream that outlives the appender that writes to it. */
  private static final class KeptOpen extends FilterOutputStream {

    KeptOpen(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
