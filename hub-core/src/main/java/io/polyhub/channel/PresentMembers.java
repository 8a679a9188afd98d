package io.polyhub.channel;

import java.util.List;

/**
 * Who is subscribed to a channel.
 *
 * @param members in no promised order
 * @param nodesMissing how many live nodes did not answer, whose sessions are not among them; 0 as a
 *     rule
 */
public record PresentMembers(List<Member> members, int nodesMissing) {

  public PresentMembers {
    members = List.copyOf(members);
  }
}
