// The life of an app through go-marathon. The argument is Marathon's URL; exits with 0 when all went well.
package main

import (
	"fmt"
	"log"
	"os"
	"time"

	marathon "github.com/gambol99/go-marathon"
)

const (
	app   = "/go/app"
	limit = 40 * time.Second
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func check(holds bool, what string) {
	if !holds {
		log.Fatal(what)
	}
}

func main() {
	config := marathon.NewDefaultConfig()
	config.URL = os.Args[1]
	config.EventsTransport = marathon.EventsTransportSSE
	client, err := marathon.NewClient(config)
	must(err)
	up, err := client.Ping()
	must(err)
	check(up, "no pong")
	info, err := client.Info()
	must(err)
	check(info.FrameworkID != "", "no framework id")

	events, err := client.AddEventsListener(marathon.EventIDStatusUpdate | marathon.EventIDDeploymentSuccess)
	must(err)
	states := make(chan string, 1000)
	go func() {
		for event := range events {
			if update, isUpdate := event.Event.(*marathon.EventStatusUpdate); isUpdate {
				states <- update.TaskStatus
			}
		}
	}()

	definition := marathon.NewDockerApplication()
	definition.Container = nil
	definition.Name(app).Command("sleep 1000").CPU(0.05).Memory(32).Count(1).AddLabel("owner", "go")
	_, err = client.CreateApplication(definition)
	must(err)
	must(client.WaitOnApplication(app, limit))
	_, err = client.CreateApplication(definition)
	check(err != nil, "a second application of the same id was taken")

	deployment, err := client.ScaleApplicationInstances(app, 3, false)
	must(err)
	must(client.WaitOnDeployment(deployment.DeploymentID, limit))
	check(len(running(client)) == 3, "not three tasks")

	definition.Count(3).AddEnv("NEW", "1")
	deployment, err = client.UpdateApplication(definition, false)
	must(err)
	must(client.WaitOnDeployment(deployment.DeploymentID, limit))
	found, err := client.Application(app)
	must(err)
	check((*found.Env)["NEW"] == "1" && found.TasksRunning == 3, "not updated")
	versions, err := client.ApplicationVersions(app)
	must(err)
	check(len(versions.Versions) == 3, "not three versions")

	before := running(client)
	deployment, err = client.RestartApplication(app, false)
	must(err)
	must(client.WaitOnDeployment(deployment.DeploymentID, limit))
	check(running(client)[0].ID != before[0].ID, "not restarted")

	victim := running(client)[0].ID
	// KillTask knows the task ids of Marathon before 1.9 only.
	must(client.KillTasks([]string{victim}, nil))
	until("a new task", func() bool {
		tasks := running(client)
		for _, task := range tasks {
			if task.ID == victim {
				return false
			}
		}
		return len(tasks) == 3
	})
	_, err = client.KillApplicationTasks(app, &marathon.KillApplicationTasksOpts{Scale: false})
	must(err)

	deployment, err = client.SetApplicationVersion(app, &marathon.ApplicationVersion{Version: versions.Versions[2]})
	must(err)
	must(client.WaitOnDeployment(deployment.DeploymentID, limit))

	group := marathon.NewApplicationGroup("/go/group")
	member := marathon.NewDockerApplication()
	member.Container = nil
	member.Name("/go/group/one").Command("sleep 1000").CPU(0.05).Memory(32)
	group.App(member)
	must(client.CreateGroup(group))
	must(client.WaitOnGroup("/go/group", limit))
	deployment, err = client.DeleteGroup("/go/group", false)
	must(err)
	must(client.WaitOnDeployment(deployment.DeploymentID, limit))

	_, err = client.Queue()
	must(err)
	deployment, err = client.DeleteApplication(app, false)
	must(err)
	must(client.WaitOnDeployment(deployment.DeploymentID, limit))
	_, err = client.Application(app)
	check(err != nil, "the application is still there")

	timeout := time.After(limit)
	for {
		select {
		case state := <-states:
			if state == "TASK_RUNNING" {
				fmt.Println("done")
				return
			}
		case <-timeout:
			log.Fatal("no event told of a running task")
		}
	}
}

func running(client marathon.Marathon) []marathon.Task {
	tasks, err := client.Tasks(app)
	must(err)
	var result []marathon.Task
	for _, task := range tasks.Tasks {
		if task.State == "TASK_RUNNING" {
			result = append(result, task)
		}
	}
	return result
}

func until(what string, holds func() bool) {
	for deadline := time.Now().Add(limit); !holds(); time.Sleep(100 * time.Millisecond) {
		check(time.Now().Before(deadline), "waited in vain for "+what)
	}
}
