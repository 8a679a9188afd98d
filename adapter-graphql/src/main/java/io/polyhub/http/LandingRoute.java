package io.polyhub.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.polyhub.web.LandingPage;

/** Serves a landing page. */
public record LandingRoute(LandingPage page) implements HttpService {

  @Override
  public void routing(HttpRules rules) {
    rules.get(LandingPage.PATH, this::answer);
  }

  private void answer(ServerRequest request, ServerResponse response) {
    LandingPage.Answer answer =
        page.answer(request.headers().first(HeaderNames.ACCEPT).orElse(null));
    answer.headers().forEach(response::header);
    response.send(answer.body());
  }
}
