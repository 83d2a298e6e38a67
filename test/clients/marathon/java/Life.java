import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import mesosphere.marathon.client.Marathon;
import mesosphere.marathon.client.MarathonClient;
import mesosphere.marathon.client.MarathonException;
import mesosphere.marathon.client.model.v2.App;
import mesosphere.marathon.client.model.v2.Group;
import mesosphere.marathon.client.model.v2.Task;

/** The life of an app through the client of Maven Central. The argument is Marathon's URL; exits with 0 when all went well. */
public final class Life {
  private static final String ID = "/java/app";
  private static final long LIMIT_MS = 40_000;
  private static Marathon marathon;

  private interface Question {
    boolean holds() throws MarathonException;
  }

  private interface Call {
    void make() throws MarathonException;
  }

  public static void main(String[] words) throws Exception {
    marathon = MarathonClient.getInstance(words[0]);
    check("the framework", !marathon.getServerInfo().getFrameworkId().isEmpty());
    check("the leader", marathon.getServerInfo().getLeader().contains(":"));

    App app = small("sleep 1000");
    app.setId(ID);
    app.setInstances(1);
    app.setLabels(Map.of("owner", "java"));
    app.setConstraints(List.of(List.of("hostname", "LIKE", ".*")));
    check("the version", !marathon.createApp(app).getVersion().isEmpty());
    settled();
    check("one task", running().size() == 1);
    check("the label", only(marathon.getApps(Map.of("label", "owner==java")).getApps()).getId().equals(ID));

    App scaled = new App();
    scaled.setInstances(3);
    deployed(marathon.updateApp(ID, scaled, false).getDeploymentId());
    check("three tasks", running().size() == 3);

    Set<String> before = running();
    App changed = new App();
    changed.setEnv(Map.of("NEW", "1"));
    deployed(marathon.updateApp(ID, changed, false).getDeploymentId());
    check("other tasks", disjoint(before, running()));
    check("the variable", marathon.getApp(ID).getApp().getEnv().equals(Map.of("NEW", "1")));
    Collection<String> versions = marathon.getAppVersions(ID).getVersions();
    check("three versions", versions.size() == 3);
    check("the first version", marathon.getAppVersion(ID, new ArrayList<>(versions).get(2)).getInstances() == 1);

    before = running();
    deployed(marathon.restartApp(ID, false).getDeploymentId());
    check("other tasks again", disjoint(before, running()));

    String victim = running().iterator().next();
    check("the killed task", marathon.deleteAppTask(ID, victim, "false").getTask().getId().equals(victim));
    waitFor("a new task", () -> running().size() == 3 && !running().contains(victim));

    App hungry = new App();
    hungry.setCpus(10_000.0);
    String deployment = marathon.updateApp(ID, hungry, true).getDeploymentId();
    waitFor("the queue", () -> marathon.getQueue().getQueue().stream().anyMatch(e -> ID.equals(e.getApp().getId())));
    deployed(marathon.cancelDeploymentAndRollback(deployment).getDeploymentId());
    check("three tasks after all", running().size() == 3);

    Group group = new Group();
    group.setId("/java/group");
    App one = small("sleep 1000");
    one.setId("one");
    group.setApps(List.of(one));
    deployed(marathon.createGroup(group).getDeploymentId());
    check("the group's app", only(marathon.getGroup("/java/group").getApps()).getId().equals("/java/group/one"));
    deployed(marathon.deleteGroup("/java/group", false).getDeploymentId());

    App wrong = small("x");
    wrong.setId("/java/wrong");
    wrong.setInstances(-1);
    refused(422, () -> marathon.createApp(wrong));
    deployed(marathon.deleteApp(ID).getDeploymentId());
    refused(404, () -> marathon.getApp(ID));
    System.out.println("done");
  }

  private static App small(String command) {
    App app = new App();
    app.setCmd(command);
    app.setCpus(0.05);
    app.setMem(32.0);
    return app;
  }

  private static Set<String> running() throws MarathonException {
    return marathon.getAppTasks(ID).getTasks().stream()
        .filter(task -> "TASK_RUNNING".equals(task.getState()))
        .map(Task::getId)
        .collect(Collectors.toSet());
  }

  private static void deployed(String id) throws Exception {
    waitFor("deployment " + id, () -> marathon.getDeployments().stream().noneMatch(each -> id.equals(each.getId())));
  }

  private static void settled() throws Exception {
    waitFor("all deployments", () -> marathon.getDeployments().isEmpty());
  }

  private static void waitFor(String what, Question question) throws Exception {
    long endMs = System.currentTimeMillis() + LIMIT_MS;
    while (!question.holds()) {
      if (System.currentTimeMillis() > endMs) throw new IllegalStateException("waited in vain for " + what);
      Thread.sleep(100);
    }
  }

  private static void refused(int status, Call call) {
    try {
      call.make();
    } catch (MarathonException error) {
      check("status " + status + ", not " + error.getStatus(), error.getStatus() == status);
      return;
    }
    throw new IllegalStateException("taken, where " + status + " was to be answered");
  }

  private static <T> T only(Collection<T> all) {
    check("one only", all.size() == 1);
    return all.iterator().next();
  }

  private static boolean disjoint(Set<String> some, Set<String> others) {
    Set<String> both = new HashSet<>(some);
    both.retainAll(others);
    return both.isEmpty();
  }

  private static void check(String what, boolean holds) {
    if (!holds) throw new IllegalStateException("not as expected: " + what);
  }
}
