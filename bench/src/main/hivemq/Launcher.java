import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedHiveMQ;
import java.nio.file.Path;

/** Runs HiveMQ with the configuration in a folder until the process is killed; prints its port. */
final class Launcher {

  private Launcher() {}

  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    // Without an extension that knows clients, all are let in.
    InternalConfigurations.AUTH_DENY_UNAUTHENTICATED_CONNECTIONS.set(false);
    EmbeddedHiveMQ hiveMq =
        EmbeddedHiveMQ.builder()
            .withConfigurationFolder(folder)
            .withDataFolder(folder.resolve("data"))
            .withExtensionsFolder(folder.resolve("extensions"))
            .build();
    hiveMq.start().join();
    System.out.println("port " + arguments[1]);
  }
}
